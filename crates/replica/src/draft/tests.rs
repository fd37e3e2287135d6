//! Tests of the draft.
