"""A Pygments lexer for nurture policies."""

from pygments.lexer import RegexLexer, bygroups, default, include, words
from pygments.token import (
    Comment,
    Error,
    Keyword,
    Literal,
    Name,
    Number,
    Operator,
    Punctuation,
    String,
    Whitespace,
)

__all__ = ["NurtureLexer"]

# In the first column of a line these begin a declaration, whatever is still open.
DECLARATIONS = (
    "lead", "signal", "icp", "segment", "journey", "score", "content", "program", "handoff", "limits", "rule", "test",
)

# Words that join predicates and steps. They are no names.
RESERVED = (
    "again", "anonymous", "as", "between", "contains", "did", "else", "every", "everyone", "for", "handoff", "has",
    "identified", "if", "in", "is", "joining", "known", "leave", "not", "on", "only", "or", "and", "since", "split", "stay",
    "unknown", "wait", "when", "where", "while", "within",
)

# Clauses that a predicate may follow, so that `in` or `not` behind them says nothing.
PREDICATE_CLAUSES = ("audience", "goal", "reason", "needs", "expect")

# Clauses that a word follows: a name or a label.
NAME_CLAUSES = ("level", "denies", "shows", "band", "allow", "journey", "language")

# What a content is, and what it is about.
KINDS = (
    "guide", "checklist", "article", "video", "webinar", "event", "tool", "course", "research", "comparison", "case_study",
    "white_paper", "brochure", "datasheet", "demo", "trial", "pricing", "newsletter", "announcement", "release_notes",
)
TOPICS = ("problem", "market", "solution", "peers", "product", "company")

# Clauses and small words.
CLAUSES = (
    "after", "agreed", "always", "answers", "asks", "at", "back", "because", "before", "by", "consent",
    "day", "draft", "drop", "ends", "exactly", "expires", "explicit", "flags", "follow", "from",
    "gated", "gives", "halves", "hold", "implicit", "instead", "invites", "join", "language", "lead", "least", "messages",
    "mobile", "most", "never", "objective", "older", "optional", "out", "owner", "passes", "per", "prefer",
    "preview", "quiet", "ref", "rejoin", "request", "runs", "says", "send", "source",
    "starts", "tell", "text", "times", "to", "until", "up", "updated", "url",
)

CHANNELS = ("email", "sms", "call", "letter", "chat", "ad", "post", "web")
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
UNITS = ("seconds", "second", "minutes", "minute", "hours", "hour", "days", "day", "weeks", "week")
TYPES = ("number", "flag", "text", "date", "moment", "content")
FUNCTIONS = ("some", "all", "none", "count", "share", "leads", "silent", "untold", "unasked", "only")

WORD = r"[A-Za-z_][A-Za-z_0-9]*(?![A-Za-z_0-9])"
NUMBER = r"[0-9][0-9_]*(?:\.[0-9]+)?"


def one_of(group):
    return "(?:" + "|".join(group) + r")(?![A-Za-z_0-9])"


# What can follow a field, but no clause.
TESTED = r"(?:is|in|not[ \t]+in|has|contains|starts|ends|before|after|within|older|between|becomes)(?![A-Za-z_0-9])"
# A word of the language is a name when one of these follows.
AS_FIELD = r"(?!\s*(?:[:.)\]<>]|" + TESTED + "))"
# A name that stands behind a keyword and is none itself.
FREE = "(?!" + one_of(RESERVED) + ")" + WORD
# What stands behind a channel and is no content.
CARRIED = (
    "(?!" + one_of(RESERVED + CHANNELS + ("per", "needs", "from", "expect", "becomes", "optional", "means")) + ")" + WORD
)


class NurtureLexer(RegexLexer):
    """For policies written in nurture, a language for lead nurturing."""

    name = "nurture"
    aliases = ["nurture"]
    filenames = ["*.nurture"]
    mimetypes = ["text/x-nurture"]

    tokens = {
        "root": [
            (r"\s+", Whitespace),
            include("comments"),
            # Declarations: in the first column, and in the examples of rules.
            (
                r"^(" + "|".join(DECLARATIONS) + r")([ \t]+)(" + WORD + ")",
                bygroups(Keyword.Declaration, Whitespace, Name.Class),
            ),
            (r"^" + one_of(DECLARATIONS), Keyword.Declaration),
            (r"limits(?=\s*\{)", Keyword.Declaration),
            (
                "(" + "|".join(word for word in DECLARATIONS if word not in ("lead", "limits", "test")) + r")(\s+)(" + FREE
                + r')(?=\s*(?:"(?:[^"\\\n]|\\.)*"\s*)?(?:\{|(?:where|explicit|implicit)\b))',
                bygroups(Keyword.Declaration, Whitespace, Name.Class),
            ),
            (r"([0-9][0-9_]*)(\s+)(times)\b", bygroups(Number, Whitespace, Keyword)),
            include("values"),
            # Fields.
            ("(" + WORD + r")(\s*)(:)", bygroups(Name.Attribute, Whitespace, Punctuation), "type"),
            (r"(\.)(" + WORD + ")", bygroups(Punctuation, Name.Attribute)),
            # What leads do.
            (r"(did)(\s+)(not)(\s+)(" + WORD + ")", bygroups(Keyword, Whitespace, Operator.Word, Whitespace, Name.Function)),
            (r"(did)(\s+)(" + WORD + ")", bygroups(Keyword, Whitespace, Name.Function)),
            (r"(on)(\s+)(stage)(\s+)(" + WORD + ")", bygroups(Keyword, Whitespace, Keyword, Whitespace, Name), "names"),
            (r"(on)(\s+)(join)(?=\s*\{)", bygroups(Keyword, Whitespace, Keyword)),
            (r"(on)(\s+)(" + one_of(DAYS) + ")", bygroups(Keyword, Whitespace, Name.Constant), "days"),
            (r"(join)(\s+)(on)(\s+)(" + WORD + ")", bygroups(Keyword, Whitespace, Keyword, Whitespace, Name.Function)),
            (r"(on)(\s+)(" + WORD + r")(?=\s*[({])", bygroups(Keyword, Whitespace, Name.Function)),
            (r"(on)(\s+)(" + FREE + ")", bygroups(Keyword, Whitespace, Name)),
            (r"(for)(\s+)(at)(\s+)(most)\b", bygroups(Keyword, Whitespace, Keyword, Whitespace, Keyword)),
            (
                "([+-])(" + NUMBER + r")(\s+)(for)(\s+)(" + WORD + ")",
                bygroups(Operator, Number, Whitespace, Keyword, Whitespace, Name.Function),
            ),
            # Names behind a word.
            (r"(each)(\s+)(" + WORD + ")", bygroups(Keyword, Whitespace, Name.Constant)),
            (r"(since)(\s+)(joining)\b", bygroups(Keyword, Whitespace, Keyword)),
            (r"(as|since)(\s+)(" + WORD + ")", bygroups(Keyword, Whitespace, Name.Label)),
            (r"(rejoin)(\s+)(always|never|after)\b", bygroups(Keyword, Whitespace, Keyword)),
            (r"(follow)(\s+)(up)\b", bygroups(Keyword, Whitespace, Keyword)),
            (r"(drop)(\s+)(after)\b", bygroups(Keyword, Whitespace, Keyword)),
            (r"(back)(\s+)(to)(\s+)(" + WORD + ")", bygroups(Keyword, Whitespace, Keyword, Whitespace, Name)),
            (r"(within)(\s+)(the)(\s+)(last|next)\b", bygroups(Keyword, Whitespace, Keyword, Whitespace, Keyword)),
            (r"(starts|ends)(\s+)(with)(\s+)(any)(\s+)(of)\b",
             bygroups(Keyword, Whitespace, Keyword, Whitespace, Keyword, Whitespace, Keyword)),
            (r"(starts|ends)(\s+)(with)\b", bygroups(Keyword, Whitespace, Keyword)),
            (r"(contains)(\s+)(any)(\s+)(of)\b", bygroups(Keyword, Whitespace, Keyword, Whitespace, Keyword)),
            (r"(older)(\s+)(than)\b", bygroups(Keyword, Whitespace, Keyword)),
            (r"(agreed)(\s+)(by)(\s+)(" + WORD + ")", bygroups(Keyword, Whitespace, Keyword, Whitespace, Name), "names"),
            (
                r"(tell|prefer)(\s+)(" + FREE + r")(?!\s*[:.<>(]|\s+" + TESTED + ")",
                bygroups(Keyword, Whitespace, Name),
                "names",
            ),
            (r"(stage)(\s+)(" + FREE + r")(?!\s*\.)", bygroups(Keyword, Whitespace, Name), "names"),
            (r"(handoff)(\s+)(" + CARRIED + ")", bygroups(Keyword, Whitespace, Name)),
            (r"(expect)(\s+)(no)(\s+)(?=" + one_of(CHANNELS + ("handoff", "messages")) + ")",
             bygroups(Keyword, Whitespace, Keyword, Whitespace)),
            (r"(kind)(\s+)(" + one_of(KINDS) + ")", bygroups(Keyword, Whitespace, Name.Constant)),
            (r"(about)(\s+)(" + one_of(TOPICS) + ")", bygroups(Keyword, Whitespace, Name.Constant)),
            (r"(kind|about)(\s+)(" + FREE + ")", bygroups(Keyword, Whitespace, Name)),
            (
                "(" + "|".join(NAME_CLAUSES) + r")(\s+)(" + FREE + ")",
                bygroups(Keyword, Whitespace, Name.Constant),
            ),
            (r"(split)(\s+)(" + FREE + ")", bygroups(Keyword, Whitespace, Name.Label)),
            (r"(from)(\s+)(" + FREE + r")(?!\s*:)", bygroups(Keyword, Whitespace, Name)),
            # Touches.
            ("(" + "|".join(CHANNELS) + r")([ \t]+)(" + CARRIED + r")(?!\s*:)(?!\s+becomes\b)", bygroups(Name.Builtin, Whitespace, Name)),
            (one_of(CHANNELS) + AS_FIELD, Name.Builtin),
            # Comparisons, and what follows them.
            (r"(is)(\s+)(nurturing|deleted)\b", bygroups(Operator.Word, Whitespace, Keyword)),
            (r"(isn't)(\s+)(nurturing)\b", bygroups(Operator.Word, Whitespace, Keyword)),
            (r"(not)(\s+)(in)(?=\s*\[)", bygroups(Operator.Word, Whitespace, Operator.Word)),
            (r"in(?=\s*\[)", Operator.Word),
            (r"(in)(\s+)(" + WORD + ")", bygroups(Operator.Word, Whitespace, Name)),
            (r"(becomes)(\s+)(identified)\b", bygroups(Keyword, Whitespace, Keyword)),
            (r"(?:is|has|becomes)\b", Operator.Word, "value"),
            (r"[<>]=?", Operator, "value"),
            (r"(covers|overlaps|with|except)(\s+)(silent|untold|unasked)\b", bygroups(Operator.Word, Whitespace, Name.Builtin.Pseudo)),
            (r"(?:and|or|not|covers|overlaps|with|except)\b", Operator.Word),
            # Words of the language.
            (words(FUNCTIONS, suffix=r"(?=\s*\()"), Name.Builtin.Pseudo),
            (one_of(PREDICATE_CLAUSES) + r"(?!\s*[:.,)\]<>])", Keyword),
            (r"known\b|unknown\b|empty\b|yes\b|no\b|today\b", Keyword.Constant),
            (one_of(RESERVED), Keyword),
            (one_of(CLAUSES) + r"(?!\s*[:.,)\]<>(])(?!\s+" + TESTED + ")", Keyword),
            (WORD, Name),
            (r"\[", Punctuation, "list"),
            (r"[{}(),:\]]", Punctuation),
            (r"[+-]", Operator),
        ],
        "comments": [
            (r"##(?!#).*", String.Doc),
            (r"#.*", Comment.Single),
        ],
        "values": [
            (r'"', String, "string"),
            (r"\d{4}-\d{2}-\d{2}(?![A-Za-z_0-9])", Literal.Date),
            (r"\d{1,2}:\d{2}(?![A-Za-z_0-9])", Literal.Date),
            (NUMBER + "%", Number),
            ("(" + NUMBER + r")(\s*)(" + one_of(UNITS) + r")(?!\s*:)", bygroups(Number, Whitespace, Keyword.Type)),
            ("-?" + NUMBER + r"(?![A-Za-z_0-9])(?!\s+for\s+[a-z])", Number),
            (NUMBER + r"(?![A-Za-z_0-9])", Number),
        ],
        "string": [
            (r'"', String, "#pop"),
            (r'\\(?:u\{[0-9a-fA-F]+\}|["\\nt])', String.Escape),
            (r"\{\{", String.Escape),
            (r'\{[^{}"\\\n]*\}', String.Interpol),
            (r"\\.", String),
            (r'[^"\\{\n]+', String),
            (r"\{", String),
            (r"\n", Error, "#pop"),
            (r"\\", Error),
        ],
        # Behind a colon: the type of a field, or its value.
        "type": [
            (r"\s+", Whitespace),
            include("comments"),
            (r"(one|set)(\s+)(of)\b", bygroups(Keyword.Type, Whitespace, Keyword.Type), ("#pop", "options")),
            (r"(address)(\s+)(of)\b", bygroups(Keyword.Type, Whitespace, Keyword.Type), ("#pop", "channels")),
            (r"(whole)(\s+)(number)\b", bygroups(Keyword.Type, Whitespace, Keyword.Type), ("#pop", "range")),
            (one_of(TYPES) + r"(?!\s*[.(])", Keyword.Type, ("#pop", "range")),
            (r"(?:yes|no|unknown)\b", Keyword.Constant, "#pop"),
            (WORD + r"(?!\s*[:.])", Name.Constant, "#pop"),
            default("#pop"),
        ],
        "range": [
            (r"\s+", Whitespace),
            include("comments"),
            (r"(?:from|to)\b(?!\s*:)", Keyword),
            (r"today\b(?!\s*:)", Keyword.Constant),
            include("facets"),
            (r"-?" + NUMBER + r"(?![-0-9A-Za-z_:])", Number),
            (r"\d{4}-\d{2}-\d{2}(?![A-Za-z_0-9])", Literal.Date),
            default("#pop"),
        ],
        "facets": [
            (r"optional\b(?!\s*:)", Keyword),
            (r"(means)(\s+)(" + WORD + ")", bygroups(Keyword, Whitespace, Name.Constant)),
        ],
        "options": [
            (r"\s+", Whitespace),
            include("comments"),
            include("facets"),
            (r'"', String, "string"),
            (WORD + r"(?!\s*:)", Name.Constant),
            # A comma before the next field ends the options.
            (r",(?=\s*(?:#.*\n\s*)*" + WORD + r"\s*:)", Punctuation, "#pop"),
            (r",", Punctuation),
            default("#pop"),
        ],
        "channels": [
            (r"\s+", Whitespace),
            include("comments"),
            include("facets"),
            (one_of(CHANNELS) + r"(?!\s*:)", Name.Builtin),
            (r",(?=\s*(?:#.*\n\s*)*" + WORD + r"\s*:)", Punctuation, "#pop"),
            (r",", Punctuation),
            default("#pop"),
        ],
        # More names behind the first.
        "names": [
            (r"(\.)(" + WORD + ")", bygroups(Punctuation, Name)),
            (r"(\s*)(,)(\s*)(" + WORD + r")(?!\s*:)", bygroups(Whitespace, Punctuation, Whitespace, Name)),
            default("#pop"),
        ],
        "days": [
            (r"(\s+)(to)(\s+)(" + one_of(DAYS) + ")", bygroups(Whitespace, Keyword, Whitespace, Name.Constant)),
            (r"(\s*)(,)(\s*)(" + one_of(DAYS) + ")", bygroups(Whitespace, Punctuation, Whitespace, Name.Constant)),
            default("#pop"),
        ],
        # Behind a comparison: a name is an option, a stage, a band or another field.
        "value": [
            (r"\s+", Whitespace),
            include("comments"),
            (r"not\b", Operator.Word),
            (r"(?:known|unknown|empty|yes|no)\b", Keyword.Constant, "#pop"),
            (WORD + r"(?!\s*[.(])", Name.Constant, "#pop"),
            default("#pop"),
        ],
        "list": [
            (r"\s+", Whitespace),
            # A declaration in the first column ends what was left open.
            (r"^(?=" + one_of(DECLARATIONS) + ")", Whitespace, "#pop"),
            include("comments"),
            include("values"),
            (words(FUNCTIONS, suffix=r"(?=\s*\()"), Name.Builtin.Pseudo),
            (r"(?:yes|no)\b", Keyword.Constant),
            (r"(\.)(" + WORD + ")", bygroups(Punctuation, Name.Attribute)),
            (WORD + r"(?=\s*[.(])", Name),
            (WORD, Name.Constant),
            (r"\[", Punctuation, "#push"),
            (r"\(", Punctuation, "group"),
            (r",", Punctuation),
            (r"\]", Punctuation, "#pop"),
            default("#pop"),
        ],
        "group": [
            (r"^(?=" + one_of(DECLARATIONS) + ")", Whitespace, "#pop"),
            (r"\(", Punctuation, "#push"),
            (r"\)", Punctuation, "#pop"),
            (r"(?=[{}])", Punctuation, "#pop"),
            include("root"),
        ],
    }
