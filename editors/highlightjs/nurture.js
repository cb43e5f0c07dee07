// nurture for highlight.js: hljs.registerLanguage("nurture", nurture).

const list = (text) => text.trim().split(/\s+/);

// In the first column of a line these begin a declaration, whatever is still open.
const DECLARATIONS = list(`
  lead signal icp segment journey score content program handoff limits rule test
`);

// Words that join predicates and steps. They are no names.
const RESERVED = list(`
  again and anonymous as between contains did else every everyone for handoff has identified if in is joining known leave
  not on only or since split stay unknown wait when where while within
`);

// Clauses that a predicate may follow, so that "in" or "not" behind them says nothing.
const PREDICATE_CLAUSES = list("audience goal reason needs expect");

// Clauses that a word follows.
const NAME_CLAUSES = list("level denies shows band allow journey language stage");

// What a content is, and what it is about.
const KINDS = list(`
  guide checklist article video webinar event tool course research comparison case_study white_paper
  brochure datasheet demo trial pricing newsletter announcement release_notes
`);
const TOPICS = list("problem market solution peers product company");

// Clauses and small words.
const CLAUSES = list(`
  after agreed always answers asks at back because becomes before by consent covers day draft drop ends exactly except expires explicit
  flags follow from gated gives halves hold implicit instead invites join language lead least messages mobile most never
  objective older out overlaps owner passes per prefer preview quiet ref rejoin request runs says send source starts
  tell text times to until up updated url with
`);

const CHANNELS = list("email sms call letter chat ad post web");
const DAYS = list("mon tue wed thu fri sat sun");
const UNITS = list("seconds second minutes minute hours hour days day weeks week");
const TYPES = list("number flag text date moment content");
const FUNCTIONS = list("some all none count share leads silent untold unasked only");
const LITERALS = list("yes no known unknown empty today");

const oneOf = (words) => `(?:${words.join("|")})\\b`;
const re = (source) => new RegExp(source);

const WORD = "[A-Za-z_][A-Za-z_0-9]*\\b";
const AMOUNT = "[0-9][0-9_]*(?:\\.[0-9]+)?";
const SPACE = /\s+/;
// What can follow a field, but no clause.
const TESTED = "(?:is|in|not[ \\t]+in|has|contains|starts|ends|before|after|within|older|between|becomes)\\b";
// A name that stands behind a keyword and is none itself.
const FREE = `\\b(?!${oneOf(RESERVED)})${WORD}`;
// What a channel carries.
const CARRIED = `\\b(?!${oneOf([...RESERVED, ...CHANNELS, ..."per needs from expect becomes optional means".split(" ")])})${WORD}(?!\\s*:|\\s+becomes\\b)`;

/** The language, for `hljs.registerLanguage`. */
export default function nurture() {
  const DOC = { scope: "comment", begin: /##(?!#)/, beginScope: "doctag", end: /$/ };
  const COMMENT = { scope: "comment", begin: /#/, end: /$/ };
  const STRING = {
    scope: "string",
    begin: /"/,
    end: /"/,
    illegal: /\n/,
    contains: [
      { scope: "char.escape", match: /\\(?:u\{[0-9a-fA-F]+\}|.)/ },
      { scope: "char.escape", match: /\{\{/ },
      { scope: "subst", match: /\{[^{}"\\\n]*\}/ },
    ],
  };
  const NUMBERS = [
    { scope: "number", match: /\b\d{4}-\d{2}-\d{2}\b|\b\d{1,2}:\d{2}\b/ },
    { scope: "number", match: re(`\\b${AMOUNT}%`) },
    { match: [re(`\\b${AMOUNT}`), /\s*/, re(`${oneOf(UNITS)}(?!\\s*:)`)], scope: { 1: "number", 3: "type" } },
    { scope: "number", match: re(`-?\\b${AMOUNT}\\b`) },
  ];
  const FUNCTION = { scope: "built_in", match: re(`\\b${oneOf(FUNCTIONS)}(?=\\s*\\()`) };
  const ATTRIBUTE = { match: [/\./, re(WORD)], scope: { 2: "property" } };
  const FACETS = [
    { scope: "keyword", match: /\boptional\b(?!\s*:)/ },
    { match: [/\bmeans\b/, SPACE, re(WORD)], scope: { 1: "keyword", 3: "literal" } },
  ];
  // Where the options of a field end: at the next field, or with the block.
  const OPTIONS_END = re(`(?=\\}|\\b${WORD}\\s*:)`);
  const FIELD = [re(`\\b${WORD}`), /\s*:\s*/];

  const GROUP = { begin: /\(/, end: re(`\\)|^(?=${oneOf(DECLARATIONS)})`), contains: [] };
  const LIST = {
    begin: /\[/,
    end: re(`\\]|^(?=${oneOf(DECLARATIONS)})`),
    contains: [
      DOC,
      COMMENT,
      STRING,
      ...NUMBERS,
      FUNCTION,
      ATTRIBUTE,
      "self",
      GROUP,
      { match: re(`\\b${WORD}(?=\\s*[.(])`) },
      { scope: "literal", match: re(`\\b${WORD}`) },
    ],
  };

  const keywords = (...words) => {
    const match = [];
    const scope = {};
    for (const word of words) {
      if (match.length) match.push(SPACE);
      match.push(re(`\\b${word}\\b`));
      scope[match.length] = "keyword";
    }
    return { match, scope };
  };
  const named = (words, name, scope, after = "") => ({
    match: [re(`\\b${oneOf(words)}`), SPACE, re(name + after)],
    scope: { 1: "keyword", ...(scope && { 3: scope }) },
  });

  const ROOT = [
    DOC,
    COMMENT,
    STRING,
    // Declarations: in the first column, and in the examples of rules.
    { match: [re(`^${oneOf(DECLARATIONS)}`), /[ \t]+/, re(WORD)], scope: { 1: "keyword", 3: "title.class" } },
    { scope: "keyword", match: re(`^${oneOf(DECLARATIONS)}|\\blimits(?=\\s*\\{)`) },
    {
      match: [
        re(`\\b${oneOf(DECLARATIONS)}`),
        SPACE,
        re(`${FREE}(?=\\s*(?:"(?:[^"\\\\\\n]|\\\\.)*"\\s*)?(?:\\{|(?:where|explicit|implicit)\\b))`),
      ],
      scope: { 1: "keyword", 3: "title.class" },
    },
    // Fields.
    { begin: [...FIELD, /(?:one|set)\s+of\b/], beginScope: { 1: "attr", 3: "type" }, end: OPTIONS_END,
      contains: [DOC, COMMENT, STRING, ...FACETS, { scope: "literal", match: re(`\\b${WORD}(?!\\s*:)`) }] },
    { begin: [...FIELD, /address\s+of\b/], beginScope: { 1: "attr", 3: "type" }, end: OPTIONS_END,
      contains: [DOC, COMMENT, ...FACETS, { scope: "built_in", match: re(`\\b${oneOf(CHANNELS)}(?!\\s*:)`) }] },
    { match: [...FIELD, re(`(?:whole\\s+number\\b|${oneOf(TYPES)}(?!\\s*[.(]))`)], scope: { 1: "attr", 3: "type" } },
    { match: [...FIELD, re(`${WORD}(?!\\s*[:.])`)], scope: { 1: "attr", 3: "literal" } },
    { match: FIELD, scope: { 1: "attr" } },
    ATTRIBUTE,
    ...FACETS,
    // What leads do.
    { match: [/\bdid\b/, SPACE, /not\b/, SPACE, re(WORD)], scope: { 1: "keyword", 3: "keyword", 5: "title.function" } },
    named(["did"], WORD, "title.function"),
    { match: [/\bon\b/, SPACE, /stage\b/, SPACE, re(WORD)], scope: { 1: "keyword", 3: "keyword" } },
    { match: [/\bon\b/, SPACE, /join(?=\s*\{)/], scope: { 1: "keyword", 3: "keyword" } },
    { match: [/\bjoin\b/, SPACE, /on\b/, SPACE, re(WORD)], scope: { 1: "keyword", 3: "keyword", 5: "title.function" } },
    { match: [re(`\\b${oneOf(DAYS)}`), SPACE, /to\b/, SPACE, re(oneOf(DAYS))], scope: { 1: "literal", 3: "keyword", 5: "literal" } },
    { scope: "literal", match: re(`\\b${oneOf(DAYS)}(?=\\s*(?:,|from\\b|$))`) },
    named(["on"], WORD, "title.function", "(?=\\s*[({])"),
    named(["on"], `(?!${oneOf(DAYS)})${FREE}`),
    { match: [/[+-]/, re(AMOUNT), SPACE, /for\b/, SPACE, re(WORD)], scope: { 1: "operator", 2: "number", 4: "keyword", 6: "title.function" } },
    { match: [/\b[0-9][0-9_]*/, SPACE, /times\b/], scope: { 1: "number", 3: "keyword" } },
    ...NUMBERS,
    // Names behind a word, and phrases.
    keywords("for", "at", "most"),
    keywords("since", "joining"),
    named(["as", "since"], WORD, "symbol"),
    keywords("rejoin", "(?:always|never|after)"),
    keywords("follow", "up"),
    keywords("drop", "after"),
    keywords("hold", "out"),
    { match: [/\bback\b/, SPACE, /to\b/, SPACE, re(WORD)], scope: { 1: "keyword", 3: "keyword" } },
    keywords("within", "the", "(?:last|next)"),
    keywords("(?:starts|ends)", "with", "any", "of"),
    keywords("(?:starts|ends)", "with"),
    keywords("contains", "any", "of"),
    keywords("older", "than"),
    { match: [/\bagreed\b/, SPACE, /by\b/, SPACE, re(WORD)], scope: { 1: "keyword", 3: "keyword" } },
    named(["tell", "prefer"], FREE, undefined, `(?!\\s*[:.<>(]|\\s+${TESTED})`),
    named(["handoff"], CARRIED),
    { match: [/\bexpect\b/, SPACE, re(`no(?=\\s+${oneOf([...CHANNELS, "handoff", "messages"])})`)], scope: { 1: "keyword", 3: "keyword" } },
    named(["each"], WORD, "literal"),
    named(["kind"], oneOf(KINDS), "literal"),
    named(["about"], oneOf(TOPICS), "literal"),
    named(["kind", "about"], FREE),
    named(NAME_CLAUSES, FREE, "literal"),
    named(["split"], FREE, "symbol"),
    named(["from"], FREE),
    // Touches.
    { match: [re(`\\b${oneOf(CHANNELS)}`), /[ \t]+/, re(CARRIED)], scope: { 1: "built_in" } },
    { scope: "built_in", match: re(`\\b${oneOf(CHANNELS)}(?!\\s*(?:[:.)\\]<>]|${TESTED}))`) },
    // Comparisons, and what follows them.
    keywords("(?:is|isn't)", "nurturing"),
    keywords("is", "deleted"),
    keywords("becomes", "identified"),
    { scope: "keyword", match: /\bin(?=\s*\[)/ },
    named(["in"], WORD),
    { match: [/\b(?:is|has|becomes)\b/, SPACE, /not\b/, SPACE, re(`${WORD}(?!\\s*[.(])`)], scope: { 1: "keyword", 3: "keyword", 5: "literal" } },
    { match: [/\b(?:is|has|becomes)\b/, SPACE, re(`(?!not\\b)${WORD}(?!\\s*[.(])`)], scope: { 1: "keyword", 3: "literal" } },
    { match: [/[<>]=?/, /\s*/, re(`${WORD}(?!\\s*[.(])`)], scope: { 1: "operator", 3: "literal" } },
    { scope: "operator", match: /[<>]=?/ },
    { match: [/\b(?:covers|overlaps|with|except)\b/, SPACE, /(?:silent|untold|unasked)\b/], scope: { 1: "keyword", 3: "built_in" } },
    // Words of the language.
    FUNCTION,
    { scope: "keyword", match: re(`\\b${oneOf(PREDICATE_CLAUSES)}(?!\\s*[:.,)\\]<>])`) },
    { scope: "literal", match: re(`\\b${oneOf(LITERALS)}`) },
    { scope: "keyword", match: re(`\\b${oneOf(RESERVED)}`) },
    { scope: "keyword", match: re(`\\b${oneOf(CLAUSES)}(?!\\s*[:.,)\\]<>(]|\\s+${TESTED})`) },
    { match: re(`\\b${WORD}`) },
    LIST,
    GROUP,
  ];
  GROUP.contains = ROOT;

  return {
    name: "nurture",
    illegal: /[=&|;$“”„]/,
    contains: ROOT,
  };
}
