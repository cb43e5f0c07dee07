//! "Did you mean": only when it is close.

use strsim::osa_distance;

/// So many candidates are looked at.
const MOST_CANDIDATES: usize = 2_000;

/// The candidate nearest to `word`, if it is near enough to be meant: equal but for case, or within a third
/// of its length (at least 1, at most 3 changes). Ties go to the first in alphabetical order.
pub fn closest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let folded = word.to_lowercase();
    let length = word.chars().count();
    let most = (length / 3).clamp(1, 3);
    candidates
        .into_iter()
        // Among thousands of names any word is near to some, and the search would cost more than it helps.
        .take(MOST_CANDIDATES)
        .filter(|candidate| candidate.len().abs_diff(word.len()) <= most * 4 && candidate.chars().count().abs_diff(length) <= most)
        .filter(|candidate| *candidate != word && !candidate.is_empty())
        .filter_map(|candidate| {
            let distance = osa_distance(&folded, &candidate.to_lowercase());
            (distance <= most && distance < candidate.chars().count()).then_some((distance, candidate))
        })
        .min()
        .map(|(_, candidate)| candidate)
}

/// `a`, `b` or `c`, each between backticks; at most `most`, the rest counted.
pub fn list_words<'a>(words: impl IntoIterator<Item = &'a str>, joint: &str, most: usize) -> String {
    let words: Vec<&str> = words.into_iter().collect();
    let shown: Vec<String> = words.iter().take(most).map(|word| format!("`{word}`")).collect();
    let hidden = words.len().saturating_sub(shown.len());
    if hidden > 0 {
        return format!("{} and {hidden} more", shown.join(", "));
    }
    match shown.split_last() {
        None => String::new(),
        Some((last, [])) => last.clone(),
        Some((last, rest)) => format!("{} {joint} {last}", rest.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_close_words_are_suggested() {
        assert_eq!(closest("controler", ["cfo", "controller"]), Some("controller"));
        assert_eq!(closest("Role", ["role", "rule"]), Some("role"));
        assert_eq!(closest("industry", ["role", "country"]), None);
        assert_eq!(closest("ab", ["cd"]), None);
    }

    #[test]
    fn words_are_listed() {
        assert_eq!(list_words(["a"], "or", 3), "`a`");
        assert_eq!(list_words(["a", "b", "c"], "or", 3), "`a`, `b` or `c`");
        assert_eq!(list_words(["a", "b", "c"], "or", 2), "`a`, `b` and 1 more");
    }
}
