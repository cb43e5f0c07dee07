//! The standard rulebook: rules in the language itself.

const BOOK: &str = concat!(
    include_str!("audience.nurture"),
    include_str!("content.nurture"),
    include_str!("cadence.nurture"),
    include_str!("calls.nurture"),
    include_str!("dialogue.nurture"),
    include_str!("journey.nurture"),
    include_str!("goals.nurture"),
    include_str!("scoring.nurture"),
    include_str!("handoff.nurture"),
    include_str!("reach.nurture"),
    include_str!("consent.nurture"),
);

/// The names of the standard rules, in order. Each rule begins a line with `rule NAME`.
pub fn standard() -> impl Iterator<Item = &'static str> {
    BOOK.lines().filter_map(|line| line.strip_prefix("rule ")?.split_whitespace().next())
}

/// Whether `name` is a standard rule.
pub fn is_standard(name: &str) -> bool {
    standard().any(|standard| standard == name)
}

/// The text of the standard rulebook.
pub fn text() -> &'static str {
    BOOK
}
