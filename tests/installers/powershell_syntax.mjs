// The syntax gate of install.ps1: parses files by tree-sitter's PowerShell grammar and fails for each node that is an
// error or missing. usage: node powershell_syntax.mjs FOLDER_WITH_NODE_MODULES FILE...
import fs from 'node:fs';
import path from 'node:path';
import { createRequire } from 'node:module';

const [modules, ...files] = process.argv.slice(2);
const require = createRequire(path.join(path.resolve(modules), 'x.js'));
const { Parser, Language } = require('@vscode/tree-sitter-wasm');
const folder = path.dirname(require.resolve('@vscode/tree-sitter-wasm'));
await Parser.init({ locateFile: () => path.join(folder, 'tree-sitter.wasm') });
const parser = new Parser();
parser.setLanguage(await Language.load(path.join(folder, 'tree-sitter-powershell.wasm')));

let found = 0;
function visit(node, file) {
  if (!node.hasError && !node.isMissing) return; // most of the tree: walking all of it takes ten seconds
  if (node.isError || node.isMissing) {
    found += 1;
    const { row, column } = node.startPosition;
    console.log(`${file}:${row + 1}:${column + 1}: ${node.isMissing ? `${node.type} is missing` : 'error'}: ${JSON.stringify(node.text.slice(0, 80))}`);
    return;
  }
  for (let i = 0; i < node.childCount; i += 1) visit(node.child(i), file);
}
for (const file of files) visit(parser.parse(fs.readFileSync(file, 'utf8')).rootNode, file);
process.exit(found ? 1 : 0);
