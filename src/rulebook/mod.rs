//! The standard rulebook: rules in the language itself, and the little world in which their examples stand.

/// The files of the book, by name.
pub const FILES: [(&str, &str); 11] = [
    ("audience.nurture", include_str!("audience.nurture")),
    ("content.nurture", include_str!("content.nurture")),
    ("cadence.nurture", include_str!("cadence.nurture")),
    ("calls.nurture", include_str!("calls.nurture")),
    ("dialogue.nurture", include_str!("dialogue.nurture")),
    ("journey.nurture", include_str!("journey.nurture")),
    ("goals.nurture", include_str!("goals.nurture")),
    ("scoring.nurture", include_str!("scoring.nurture")),
    ("handoff.nurture", include_str!("handoff.nurture")),
    ("reach.nurture", include_str!("reach.nurture")),
    ("consent.nurture", include_str!("consent.nurture")),
];

/// The lead and the signals that the examples see.
pub const WORLD: &str = include_str!("world.nurture");

/// The text files that examples name.
pub const TEXTS: [(&str, &str); 6] = [
    ("texts/about_us.md", include_str!("texts/about_us.md")),
    ("texts/about_you.md", include_str!("texts/about_you.md")),
    ("texts/finished.md", include_str!("texts/finished.md")),
    ("texts/half_done.md", include_str!("texts/half_done.md")),
    ("texts/our_year.md", include_str!("texts/our_year.md")),
    ("texts/unfinished.md", include_str!("texts/unfinished.md")),
];

/// The names of the standard rules, in order. Each rule begins a line with `rule NAME`.
pub fn standard() -> impl Iterator<Item = &'static str> {
    FILES.iter().flat_map(|(_, text)| text.lines()).filter_map(|line| line.strip_prefix("rule ")?.split_whitespace().next())
}

/// Whether `name` is a standard rule.
pub fn is_standard(name: &str) -> bool {
    standard().any(|standard| standard == name)
}
