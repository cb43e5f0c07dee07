//! The catalogue of language checks. Each has a name, a level and a page in `checks/`.

/// How bad a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Stops the plan.
    Error,
    /// Probably not what was meant.
    Warning,
    /// Could be better.
    Advice,
}

impl Severity {
    /// The word for it in every output.
    pub fn name(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
            Self::Advice => "advice",
        }
    }
}

macro_rules! checks {
    ($($variant:ident $name:literal $severity:ident $summary:literal;)*) => {
        /// A check of the language, by name.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Check {
            $(#[doc = $summary] $variant,)*
        }

        impl Check {
            /// Every check, in alphabetical order of their names.
            pub const ALL: &[Check] = &[$(Check::$variant,)*];

            /// Its name, as it is written in settings, `explain` and reports.
            pub fn name(self) -> &'static str {
                match self { $(Check::$variant => $name,)* }
            }

            /// Its level when no setting says otherwise.
            pub fn severity(self) -> Severity {
                match self { $(Check::$variant => Severity::$severity,)* }
            }

            /// What it finds, in one line.
            pub fn summary(self) -> &'static str {
                match self { $(Check::$variant => $summary,)* }
            }

            /// Its page: Markdown with a wrong and a right example.
            pub fn page(self) -> &'static str {
                match self { $(Check::$variant => include_str!(concat!("checks/", $name, ".md")),)* }
            }
        }
    };
}

checks! {
    AfterLeave "after_leave" Error "A step stands behind `leave` and can never be reached";
    AlwaysTrueCount "always_true_count" Warning "A count holds for every lead";
    AnonymousChannel "anonymous_channel" Error "A message is addressed to people who are not in the database";
    BadDate "bad_date" Error "There is no such day";
    BadEscape "bad_escape" Error "A backslash in a text begins nothing that the language knows";
    BadNumber "bad_number" Error "A number has too many digits";
    BadPlaceholder "bad_placeholder" Error "A `{…}` in a text does not name a field that can be filled in";
    BadTime "bad_time" Error "There is no such time of day";
    BandOrder "band_order" Error "Bands of a score do not rise, or lie outside its range";
    ByteOrderMark "byte_order_mark" Warning "A file begins with an invisible byte-order mark";
    CircularDefinition "circular_definition" Error "Segments, icps, stages or scores are defined by each other in a circle";
    CommentSign "comment_sign" Error "A comment is written as in another language";
    DuplicateClause "duplicate_clause" Error "A clause that can stand once stands twice";
    DuplicateName "duplicate_name" Error "Two things of one kind have the same name";
    DurationUnit "duration_unit" Error "A length of time has no unit, or one whose length is not fixed";
    EmptyRange "empty_range" Error "A range ends before it begins";
    EmptyText "empty_text" Error "An empty text is compared with";
    EndedAllow "ended_allow" Warning "The day until which an `allow` holds is over";
    ForeignOperator "foreign_operator" Error "An operator of another language stands where nurture has a word";
    ForeignWord "foreign_word" Error "A word of another language, or a keyword in capitals";
    FractionForWhole "fraction_for_whole" Error "A whole number is compared with a fraction";
    IdleRule "idle_rule" Warning "A rule can never fire, always fires, or says what another says";
    ImpossibleCount "impossible_count" Error "A count can never be reached";
    InvisibleCharacter "invisible_character" Error "A character that cannot be seen stands between the words";
    MergeConflict "merge_conflict" Error "A merge conflict was left in the file";
    MisplacedClause "misplaced_clause" Error "A clause stands where it cannot stand";
    MissingBrace "missing_brace" Error "A bracket is not closed, or closes nothing";
    MissingClause "missing_clause" Error "A declaration lacks a clause that it needs";
    MissingReason "missing_reason" Error "An `allow` does not say why";
    MissingTextFile "missing_text_file" Error "A `text` file does not exist or cannot be read";
    MissingValue "missing_value" Error "A test does not give a field that is never missing";
    MisusedName "misused_name" Error "A name stands for another kind of thing than the place asks for";
    MixedAndOr "mixed_and_or" Error "`and` and `or` are mixed without parentheses";
    NeverMissing "never_missing" Error "`is known` or `is unknown` asks for a field that is never missing";
    NotProved "not_proved" Warning "A rule of level error was not decided: its proof gave up";
    NotUtf8 "not_utf8" Error "A file is not UTF-8 text";
    OutOfDomain "out_of_domain" Error "A value lies outside what a field can be";
    Quotes "quotes" Error "A text stands in quotes of another kind";
    ReservedName "reserved_name" Error "A word of the language is used as a name";
    RulePath "rule_path" Error "A rule asks for something that its subject does not have";
    Separator "separator" Error "A semicolon or comma stands where none is needed";
    SharedSource "shared_source" Error "Two contents have the same url or text file";
    SlippingUnknown "slipping_unknown" Warning "A negation takes in leads whose value is unknown";
    SplitSum "split_sum" Error "The arms of a split do not sum to 100%";
    StrayDoc "stray_doc" Warning "A doc comment belongs to nothing";
    Syntax "syntax" Error "The text is not a policy";
    TestDay "test_day" Error "The days of a test are out of order";
    TestFailed "test_failed" Error "An expectation of a policy test does not hold";
    TooDeep "too_deep" Error "Brackets are nested too deeply";
    TooLarge "too_large" Error "A file is too large to be a policy";
    UnfinishedText "unfinished_text" Error "A text is not closed on its line";
    UnknownName "unknown_name" Error "A name is declared nowhere";
    UnknownOption "unknown_option" Error "A value is none of a field's options";
    UnknownSetting "unknown_setting" Error "A key or value of nurture.toml is not known";
    UnnoticedChange "unnoticed_change" Advice "A small change of the policy makes no test fail";
    UnusedAllow "unused_allow" Warning "An `allow` silences nothing";
    UnusedDeclaration "unused_declaration" Advice "Nothing speaks of a declaration";
    WordOrder "word_order" Error "The words of a condition are in another order than the language has";
    WrongType "wrong_type" Error "A value or condition does not fit the type of what it is asked of";
}

impl Check {
    /// The check called `name`.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|check| check.name() == name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_sorted_and_found() {
        let names: Vec<_> = Check::ALL.iter().map(|check| check.name()).collect();
        let mut sorted = names.clone();
        sorted.sort_unstable();
        assert_eq!(names, sorted);
        assert!(Check::ALL.iter().all(|check| Check::from_name(check.name()) == Some(*check)));
    }
}
