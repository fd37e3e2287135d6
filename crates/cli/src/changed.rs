//! Two texts side by side, word by word, readable without colour.

use similar::{ChangeTag, TextDiff};

/// What is in `new` and not in `old` as `{+…+}`, what was taken away as `[-…-]`.
///
/// A person's text may hold these marks too; the whole stands behind the mark of `render::quote`,
/// and the two versions are printed in full by `plan`.
pub(crate) fn by_words(old: &str, new: &str) -> String {
    let diff = TextDiff::from_words(old, new);
    let mut out = String::new();
    let mut run: Option<(ChangeTag, String)> = None;
    for change in diff.iter_all_changes() {
        let same = run.as_ref().is_some_and(|(tag, _)| *tag == change.tag());
        if !same {
            close(&mut out, run.take());
            run = Some((change.tag(), String::new()));
        }
        if let Some((_, text)) = &mut run {
            text.push_str(change.value());
        }
    }
    close(&mut out, run);
    out
}

fn close(out: &mut String, run: Option<(ChangeTag, String)>) {
    let Some((tag, text)) = run else { return };
    let (open, shut) = match tag {
        ChangeTag::Equal => ("", ""),
        ChangeTag::Insert => ("{+", "+}"),
        ChangeTag::Delete => ("[-", "-]"),
    };
    // The space after a word belongs outside the brackets.
    let body = text.trim_end();
    let tail = &text[body.len()..];
    if body.is_empty() {
        out.push_str(&text);
    } else {
        out.push_str(open);
        out.push_str(body);
        out.push_str(shut);
        out.push_str(tail);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn says_what_came_and_what_went() {
        assert_eq!(
            by_words("home by six", "home by seven"),
            "home by [-six-]{+seven+}"
        );
        assert_eq!(by_words("same", "same"), "same");
    }
}
