//! What two people can say, and what it adds up to.
