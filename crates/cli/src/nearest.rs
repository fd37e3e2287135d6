//! What a slip of the fingers may have meant: the nearest first, and what is far not at all.

/// So many at most.
const MOST: usize = 3;

/// Those of the words that are near the typed one.
pub(crate) fn to<'a>(typed: &str, words: impl IntoIterator<Item = &'a str>) -> Vec<&'a str> {
    let typed = typed.trim().to_lowercase();
    // One slip in a short word, three in a long one.
    let far = (typed.chars().count().saturating_add(1) / 3).clamp(1, 3);
    let mut near: Vec<(usize, &str)> = words
        .into_iter()
        .map(|word| {
            let distance = strsim::damerau_levenshtein(&typed, &word.to_lowercase());
            // A word that was not typed to its end is meant too: "kep".
            let begun = typed.len() > 2 && word.to_lowercase().starts_with(&typed);
            (if begun { distance.min(1) } else { distance }, word)
        })
        .filter(|(distance, _)| *distance <= far)
        .collect();
    near.sort_by_key(|(distance, _)| *distance);
    let best = near.first().map_or(0, |(distance, _)| *distance);
    // Beside one that is a slip away nobody means one that is three away.
    near.retain(|(distance, _)| *distance <= best.saturating_add(1));
    let mut words: Vec<&str> = near.into_iter().map(|(_, word)| word).collect();
    words.dedup();
    words.truncate(MOST);
    words
}

#[cfg(test)]
mod tests {
    use super::to;

    const VERBS: [&str; 14] = [
        "status", "kept", "partly", "missed", "thanks", "pause", "back", "report", "export",
        "start", "settings", "paper", "amends", "need",
    ];

    #[test]
    fn the_nearest_stands_first_and_the_far_nowhere() {
        for (typed, meant) in [
            ("keept", "kept"),
            ("kep", "kept"),
            ("Kept", "kept"),
            ("pasue", "pause"),
            ("strt", "start"),
            ("statsu", "status"),
            ("thnaks", "thanks"),
        ] {
            assert_eq!(to(typed, VERBS).first(), Some(&meant), "{typed}");
        }
        assert_eq!(to("keept", VERBS), ["kept"]);
        for far in ["menu", "sorry", "x", "", "settle-down"] {
            assert!(to(far, VERBS).is_empty(), "{far}: {:?}", to(far, VERBS));
        }
    }
}
