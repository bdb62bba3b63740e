"""python parse.py FOLDER: parses every file by the grammar of its language, and names each on a line."""

import ast
import pathlib
import subprocess
import sys

import tree_sitter_c_sharp
import tree_sitter_go
import tree_sitter_java
from tree_sitter import Language, Parser

GRAMMARS = {".go": tree_sitter_go, ".java": tree_sitter_java, ".cs": tree_sitter_c_sharp}
NODE = pathlib.Path(sys.executable).with_name("node")


def faults(node):
    if node.type == "ERROR" or node.is_missing:
        yield node.start_point[0] + 1
    for child in node.children:
        yield from faults(child)


failed = False
for file in sorted(pathlib.Path(sys.argv[1]).iterdir()):
    text = file.read_text()
    if file.suffix in GRAMMARS:
        tree = Parser(Language(GRAMMARS[file.suffix].language())).parse(text.encode())
        lines = sorted(set(faults(tree.root_node)))
        fault = f"lines {lines}\n{text}" if lines else None
    elif file.suffix == ".py":
        ast.parse(text)
        fault = None
    else:
        program = ["bash", "-n"] if file.suffix == ".sh" else [NODE if NODE.exists() else "node", "--check"]
        fault = subprocess.run([*program, file], capture_output=True, text=True).stderr
    failed = failed or bool(fault)
    print(file.name, fault or "")
sys.exit(failed)
