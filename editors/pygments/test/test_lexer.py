"""What the lexer makes of policies."""

import pathlib
import re
import unittest

from nurture_lexer import CHANNELS, CLAUSES, DECLARATIONS, RESERVED, NurtureLexer
from pygments.lexers import get_lexer_by_name, get_lexer_for_filename
from pygments.token import Comment, Error, Keyword, Literal, Name, Number, Operator, Punctuation, String, Whitespace

ROOT = pathlib.Path(__file__).resolve().parents[3]
FENCE = re.compile(r"^```nurture\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def tokens(text):
    """What stands where, without white space."""
    lexer = NurtureLexer()
    return [(kind, value) for kind, value in lexer.get_tokens(text) if kind is not Whitespace]


def policies():
    found = sorted((ROOT / "examples").rglob("*.nurture")) + sorted((ROOT / "src" / "rulebook").glob("*.nurture"))
    texts = [(str(path.relative_to(ROOT)), path.read_text(encoding="utf-8")) for path in found]
    reference = (ROOT / "grammar" / "REFERENCE.md").read_text(encoding="utf-8")
    texts += [(f"REFERENCE.md, example {at}", text) for at, text in enumerate(FENCE.findall(reference), 1)]
    return texts


class Policies(unittest.TestCase):
    def test_no_errors(self):
        texts = policies()
        self.assertGreater(len(texts), 40)
        for name, text in texts:
            lexer = NurtureLexer(stripnl=False, ensurenl=False)
            found = list(lexer.get_tokens_unprocessed(text))
            self.assertEqual("".join(value for _, _, value in found), text, name)
            errors = [(at, value) for at, kind, value in found if kind is Error]
            self.assertEqual(errors, [], name)

    def test_what_is_no_policy_has_errors(self):
        for text in ("segment a where role == cfo", "segment a where x && y", "segment a “A” where x", 'content a "A\n'):
            self.assertIn(Error, [kind for kind, _ in tokens(text)], text)


class Snippets(unittest.TestCase):
    maxDiff = None

    def has(self, text, *expected):
        found = tokens(text)
        for token in expected:
            self.assertIn(token, found, text)

    def test_segment(self):
        self.assertEqual(
            tokens('## Who.\nsegment keen "Keen \\"ones\\"" where role in [cfo, none] and did visit within 30 days # soon'),
            [
                (String.Doc, "## Who."),
                (Keyword.Declaration, "segment"),
                (Name.Class, "keen"),
                (String, '"'),
                (String, "Keen "),
                (String.Escape, '\\"'),
                (String, "ones"),
                (String.Escape, '\\"'),
                (String, '"'),
                (Keyword, "where"),
                (Name, "role"),
                (Operator.Word, "in"),
                (Punctuation, "["),
                (Name.Constant, "cfo"),
                (Punctuation, ","),
                (Name.Constant, "none"),
                (Punctuation, "]"),
                (Operator.Word, "and"),
                (Keyword, "did"),
                (Name.Function, "visit"),
                (Keyword, "within"),
                (Number, "30"),
                (Keyword.Type, "days"),
                (Comment.Single, "# soon"),
            ],
        )

    def test_fields_may_be_called_like_channels(self):
        self.assertEqual(
            tokens("lead {\n  email: address of email, sms optional\n  stage: text means role\n}"),
            [
                (Keyword.Declaration, "lead"),
                (Punctuation, "{"),
                (Name.Attribute, "email"),
                (Punctuation, ":"),
                (Keyword.Type, "address"),
                (Keyword.Type, "of"),
                (Name.Builtin, "email"),
                (Punctuation, ","),
                (Name.Builtin, "sms"),
                (Keyword, "optional"),
                (Name.Attribute, "stage"),
                (Punctuation, ":"),
                (Keyword.Type, "text"),
                (Keyword, "means"),
                (Name.Constant, "role"),
                (Punctuation, "}"),
            ],
        )
        self.has("segment s where email is known", (Name, "email"), (Keyword.Constant, "known"))

    def test_touch(self):
        self.assertEqual(
            tokens('program p {\n  on join {\n    email guide as first "For {sector or you}" again { drop after 2 days }\n  }\n}'),
            [
                (Keyword.Declaration, "program"),
                (Name.Class, "p"),
                (Punctuation, "{"),
                (Keyword, "on"),
                (Keyword, "join"),
                (Punctuation, "{"),
                (Name.Builtin, "email"),
                (Name, "guide"),
                (Keyword, "as"),
                (Name.Label, "first"),
                (String, '"'),
                (String, "For "),
                (String.Interpol, "{sector or you}"),
                (String, '"'),
                (Keyword, "again"),
                (Punctuation, "{"),
                (Keyword, "drop"),
                (Keyword, "after"),
                (Number, "2"),
                (Keyword.Type, "days"),
                (Punctuation, "}"),
                (Punctuation, "}"),
                (Punctuation, "}"),
            ],
        )

    def test_signals_may_be_called_like_words(self):
        self.has("segment s where did leave(program is p)", (Name.Function, "leave"))
        self.has("segment s where did not join", (Name.Function, "join"))

    def test_rule(self):
        self.has(
            "rule r isn't nurturing {\n  each touch where touch.channel is email\n  when some(t in program.touches where t.again)\n}",
            (Operator.Word, "isn't"),
            (Keyword, "nurturing"),
            (Name.Constant, "touch"),
            (Name.Attribute, "channel"),
            (Name.Builtin.Pseudo, "some"),
            (Name.Attribute, "again"),
        )

    def test_test(self):
        self.has(
            'test "T" from 2026-03-02 {\n  day 0 {\n    expect no email guide from p\n    country becomes unknown\n  }\n}',
            (Keyword.Declaration, "test"),
            (Literal.Date, "2026-03-02"),
            (Keyword, "day"),
            (Keyword, "no"),
            (Name.Builtin, "email"),
            (Name, "guide"),
            (Keyword, "from"),
            (Name, "p"),
            (Keyword.Constant, "unknown"),
        )

    def test_numbers(self):
        self.has("score s {\n  +5 for visit at most 3 times per 7 days\n  -1_000 when x\n}",
                 (Operator, "+"), (Number, "5"), (Name.Function, "visit"), (Keyword, "times"), (Number, "-1_000"))
        self.has("program p {\n  hold out 2.5%\n  send on mon to fri from 09:00 to 17:00\n}",
                 (Number, "2.5%"), (Name.Constant, "fri"), (Literal.Date, "09:00"))

    def test_a_declaration_in_the_first_column_ends_what_is_open(self):
        self.assertEqual(tokens("segment a where x in [b,\nsegment c where d")[-4:],
                         [(Keyword.Declaration, "segment"), (Name.Class, "c"), (Keyword, "where"), (Name, "d")])

    def test_each_word_by_itself(self):
        for word in DECLARATIONS:
            self.assertEqual(tokens(word + " {")[0], (Keyword.Declaration, word))
        for word in RESERVED + CLAUSES:
            self.assertIn(tokens("  " + word + " 1")[0][0], (Keyword, Keyword.Constant, Operator.Word), word)
        for word in CHANNELS:
            self.assertEqual(tokens("  " + word + ' "T"')[0], (Name.Builtin, word))


class Installed(unittest.TestCase):
    def test_it_is_found(self):
        self.assertIs(type(get_lexer_by_name("nurture")), NurtureLexer)
        self.assertIs(type(get_lexer_for_filename("policy/programs.nurture")), NurtureLexer)

    def test_markdown(self):
        import markdown

        page = "Text.\n\n```nurture\nsegment s where customer\n```\n"
        html = markdown.markdown(page, extensions=["fenced_code", "codehilite"], extension_configs={"codehilite": {"guess_lang": False}})
        self.assertIn('<span class="kd">segment</span>', html)
        self.assertIn('<span class="nc">s</span>', html)
        self.assertNotIn('class="err"', html)


if __name__ == "__main__":
    unittest.main()
