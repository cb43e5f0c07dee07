"""Checks what install has made: check.py FOLDER GRAMMAR LIBRARY"""

import ctypes
import pathlib
import sys
import tomllib

import tree_sitter

folder, grammar, library = (pathlib.Path(argument) for argument in sys.argv[1:])

with open(folder / "languages.toml", "rb") as file:
    settings = tomllib.load(file)
assert settings["language-server"]["other"]["command"] == "other", "what was there is gone"
assert settings["language-server"]["nurture"] == {"command": "nurture", "args": ["lsp"]}
languages = [language for language in settings["language"] if language["name"] == "nurture"]
assert len(languages) == 1, languages
language = languages[0]
assert language["language-servers"] == ["nurture"]
assert language["file-types"] == ["nurture"]
assert language["roots"] == ["nurture.toml"]
assert [entry["source"] for entry in settings["grammar"]] == [{"path": str(grammar)}]

loaded = ctypes.CDLL(str(library))
loaded.tree_sitter_nurture.restype = ctypes.c_void_p
pointer = ctypes.pythonapi.PyCapsule_New
pointer.restype = ctypes.py_object
pointer.argtypes = (ctypes.c_void_p, ctypes.c_char_p, ctypes.c_void_p)
nurture = tree_sitter.Language(pointer(loaded.tree_sitter_nurture(), b"tree_sitter.Language", None))

policy = b"""## Who.
segment a where role in [cfo, controller] and x
program p {
  on join {
    email guide "For {sector or you}" { only if x }
    wait 2 days
  }
}
test "t" { day 0 { expect no email } }
"""
tree = tree_sitter.Parser(nurture).parse(policy)
assert not tree.root_node.has_error
seen = {}
queries = sorted((folder / "runtime/queries/nurture").glob("*.scm"))
assert [path.name for path in queries] == ["highlights.scm", "indents.scm", "injections.scm", "textobjects.scm"], queries
for path in queries:
    query = tree_sitter.Query(nurture, path.read_text())
    seen[path.name] = tree_sitter.QueryCursor(query).captures(tree.root_node)

# The names of colours that Helix knows; a longer one falls back to its beginning.
known = (
    "attribute type constructor constant string comment variable label punctuation keyword operator function tag namespace special"
).split()
for name in seen["highlights.scm"]:
    assert name.split(".")[0] in known, name
assert {node.text for node in seen["highlights.scm"]["constant.numeric"]} >= {b"2", b"0"}
assert {"indent", "outdent"} == set(seen["indents.scm"])
assert {"class.around", "test.around", "function.around", "function.inside", "comment.around", "comment.inside"} <= set(seen["textobjects.scm"])
