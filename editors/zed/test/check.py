"""Checks what build has made: check.py FOLDER ROOT LIBRARY README"""

import ctypes
import json
import pathlib
import re
import sys
import tomllib

import tree_sitter

folder, root, library, readme = (pathlib.Path(argument) for argument in sys.argv[1:])

with open(folder / "extension.toml", "rb") as file:
    extension = tomllib.load(file)
assert extension["id"] == "nurture" and extension["schema_version"] == 1
assert extension["language_servers"]["nurture"]["languages"] == ["nurture"]
grammar = extension["grammars"]["nurture"]
assert grammar["repository"] == f"file://{root}", grammar
assert re.fullmatch("[0-9a-f]{40}", grammar["rev"]), grammar
assert (root / grammar["path"] / "src/parser.c").is_file()

with open(folder / "languages/nurture/config.toml", "rb") as file:
    language = tomllib.load(file)
assert (language["name"], language["grammar"], language["path_suffixes"]) == ("nurture", "nurture", ["nurture"])
assert [pair["start"] + pair["end"] for pair in language["brackets"]] == ["{}", "()", "[]", '""']

for block in re.findall(r"^```json\n(.*?)^```$", readme.read_text(), re.MULTILINE | re.DOTALL):
    json.loads(block)

loaded = ctypes.CDLL(str(library))
loaded.tree_sitter_nurture.restype = ctypes.c_void_p
pointer = ctypes.pythonapi.PyCapsule_New
pointer.restype = ctypes.py_object
pointer.argtypes = (ctypes.c_void_p, ctypes.c_char_p, ctypes.c_void_p)
nurture = tree_sitter.Language(pointer(loaded.tree_sitter_nurture(), b"tree_sitter.Language", None))

policy = b"""## Who.
segment a where role in [cfo, controller] and (x or y)
program p {
  on join { email guide "For you" }
}
test "t" { day 0 { expect no email } }
limits { at most 1 email per 7 days }
"""
tree = tree_sitter.Parser(nurture).parse(policy)
assert not tree.root_node.has_error
seen = {}
for path in (folder / "languages/nurture").glob("*.scm"):
    query = tree_sitter.Query(nurture, path.read_text())
    seen[path.name] = tree_sitter.QueryCursor(query).captures(tree.root_node)
assert sorted(seen) == ["brackets.scm", "highlights.scm", "indents.scm", "outline.scm", "overrides.scm"], sorted(seen)
names = {node.text for node in seen["outline.scm"]["name"]}
assert names == {b"a", b"p", b"on join", b'"t"', b"limits"}, names
assert {node.text for node in seen["brackets.scm"]["open"]} == {b"{", b"(", b"["}
assert {node.text for node in seen["indents.scm"]["end"]} == {b"}", b")", b"]"}
assert {b"segment", b"where"} <= {node.text for node in seen["highlights.scm"]["keyword"]}
