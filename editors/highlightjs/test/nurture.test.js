import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { test } from "node:test";

import hljs from "highlight.js";
import MarkdownIt from "markdown-it";
import { Marked } from "marked";
import { markedHighlight } from "marked-highlight";
import nurture from "highlightjs-nurture";

const root = process.env.POLICIES;
assert.ok(root, "POLICIES names the folder of the repository");
hljs.registerLanguage("nurture", nurture);

const html = (text) => hljs.highlight(text, { language: "nurture", ignoreIllegals: false }).value;
const text = (markup) =>
  markup.replace(/<[^>]*>/g, "").replace(/&lt;/g, "<").replace(/&gt;/g, ">").replace(/&quot;/g, '"').replace(/&#x27;/g, "'").replace(/&amp;/g, "&");
/** Each coloured part as `scope:text`, in order; a part within another stands where it ends. */
const parts = (source) => {
  const found = [];
  const walk = (node) => {
    for (const child of node.children) {
      if (typeof child === "string") continue;
      const words = [];
      const gather = (inner) => inner.children.forEach((part) => (typeof part === "string" ? words.push(part) : gather(part)));
      gather(child);
      walk(child);
      found.push(`${child.scope}:${words.join("")}`);
    }
  };
  walk(hljs.highlight(source, { language: "nurture", ignoreIllegals: false })._emitter.rootNode);
  return found;
};
const has = (source, ...expected) => {
  const found = parts(source);
  for (const part of expected) assert.ok(found.includes(part), `${part} is not among ${found.join(", ")}`);
};

const under = (folder) =>
  readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    return entry.isDirectory() ? under(path) : path.endsWith(".nurture") ? [path] : [];
  });

test("examples, rulebook and reference hold nothing illegal, and keep their text", () => {
  const policies = [...under(join(root, "examples")), ...under(join(root, "src/rulebook"))].map((path) => [relative(root, path), readFileSync(path, "utf8")]);
  const reference = readFileSync(join(root, "grammar/REFERENCE.md"), "utf8");
  for (const found of reference.matchAll(/^```nurture\n(.*?)^```$/gms)) policies.push(["REFERENCE.md", found[1]]);
  assert.ok(policies.length > 40);
  for (const [name, policy] of policies) {
    const result = hljs.highlight(policy, { language: "nurture", ignoreIllegals: false });
    assert.equal(result.illegal, false, name);
    assert.equal(text(result.value), policy, name);
  }
});

test("what is no policy is illegal", () => {
  for (const source of ["segment a where x == y", "segment a where x && y", "segment a “A” where x", 'segment a "A\n where x']) {
    assert.equal(hljs.highlight(source, { language: "nurture", ignoreIllegals: false }).illegal, true, source);
  }
});

test("a segment", () => {
  assert.equal(
    html('## Who.\nsegment keen "Keen" where role in [cfo, none] and did visit within 30 days # soon'),
    '<span class="hljs-comment"><span class="hljs-doctag">##</span> Who.</span>\n' +
      '<span class="hljs-keyword">segment</span> <span class="hljs-title class_">keen</span> <span class="hljs-string">&quot;Keen&quot;</span> ' +
      '<span class="hljs-keyword">where</span> role <span class="hljs-keyword">in</span> [<span class="hljs-literal">cfo</span>, <span class="hljs-literal">none</span>] ' +
      '<span class="hljs-keyword">and</span> <span class="hljs-keyword">did</span> <span class="hljs-title function_">visit</span> ' +
      '<span class="hljs-keyword">within</span> <span class="hljs-number">30</span> <span class="hljs-type">days</span> <span class="hljs-comment"># soon</span>',
  );
});

test("a touch, with placeholders and escapes", () => {
  assert.deepEqual(parts('  email guide as first "For \\"{sector or you}\\" {{" again { drop after 2 days }'), [
    "built_in:email",
    "keyword:as",
    "symbol:first",
    'char.escape:\\"',
    "subst:{sector or you}",
    'char.escape:\\"',
    "char.escape:{{",
    'string:"For \\"{sector or you}\\" {{"',
    "keyword:again",
    "keyword:drop",
    "keyword:after",
    "number:2",
    "type:days",
  ]);
});

test("words that are names where they stand", () => {
  assert.deepEqual(parts("lead {\n  email: address of email, sms optional\n  stage: one of text, none means role\n}"), [
    "keyword:lead",
    "attr:email",
    "type:address of",
    "built_in:email",
    "built_in:sms",
    "keyword:optional",
    "attr:stage",
    "type:one of",
    "literal:text",
    "literal:none",
    "keyword:means",
    "literal:role",
  ]);
  assert.deepEqual(parts("segment s where email is known"), ["keyword:segment", "title.class:s", "keyword:where", "keyword:is", "literal:known"]);
  has("segment s where did leave(program is p)", "title.function:leave");
  has("rule r is nurturing {\n  each touch where touch.again\n}", "property:again", "literal:touch");
});

test("rules and tests", () => {
  has("rule r isn't nurturing {\n  level error denies listens\n  when some(t in program.touches where t.again)\n}",
    "keyword:isn't", "keyword:nurturing", "literal:listens", "built_in:some");
  has('test "T" from 2026-03-02 {\n  day 0 {\n    expect no email guide from p\n    country becomes unknown\n  }\n}',
    "keyword:test", "number:2026-03-02", "keyword:no", "built_in:email", "keyword:becomes", "literal:unknown");
});

test("numbers", () => {
  has("score s {\n  +5 for visit at most 3 times per 7 days\n}", "operator:+", "number:5", "title.function:visit", "keyword:times");
  has("program p {\n  hold out 2.5%\n  send on mon to fri from 09:00 to 17:00\n}", "number:2.5%", "literal:mon", "literal:fri", "number:09:00");
});

test("a declaration in the first column ends what is open", () => {
  assert.deepEqual(parts("segment a where x in [b, (\nsegment c where d").slice(-3), ["keyword:segment", "title.class:c", "keyword:where"]);
});

test("channels", () => {
  for (const channel of ["email", "sms", "call", "letter", "chat", "ad", "post", "web"]) has(`  ${channel} guide "T"`, `built_in:${channel}`);
});

const page = "Text.\n\n```nurture\nsegment s where customer\n```\n";
const coloured = '<span class="hljs-keyword">segment</span> <span class="hljs-title class_">s</span>';

test("a fence through markdown-it", () => {
  const markdown = new MarkdownIt({
    highlight: (code, language) => (hljs.getLanguage(language) ? hljs.highlight(code, { language }).value : ""),
  });
  const made = markdown.render(page);
  assert.ok(made.includes('class="language-nurture"'), made);
  assert.ok(made.includes(coloured), made);
});

test("a fence through marked", () => {
  const marked = new Marked(markedHighlight({
    langPrefix: "hljs language-",
    highlight: (code, language) => (hljs.getLanguage(language) ? hljs.highlight(code, { language }).value : code),
  }));
  const made = marked.parse(page);
  assert.ok(made.includes('class="hljs language-nurture"'), made);
  assert.ok(made.includes(coloured), made);
});
