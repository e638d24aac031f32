// Walks a repository with tuf-js: tuf_js_walk.cjs ROOT BASE_URL TARGET FOLDER; writes the target below FOLDER.
const fs = require('fs');
const path = require('path');
const { Updater } = require('tuf-js');

const [root, base, target, folder] = process.argv.slice(2);
const metadataDir = path.join(folder, 'metadata');
const targetDir = path.join(folder, 'targets');
fs.mkdirSync(metadataDir, { recursive: true });
fs.mkdirSync(targetDir, { recursive: true });
if (!fs.existsSync(path.join(metadataDir, 'root.json'))) fs.copyFileSync(root, path.join(metadataDir, 'root.json'));
const updater = new Updater({
  metadataDir, targetDir, metadataBaseUrl: `${base}/metadata`, targetBaseUrl: `${base}/targets`,
});
(async () => {
  await updater.refresh();
  const found = await updater.getTargetInfo(target);
  if (!found) throw new Error('no role lists it');
  await updater.downloadTarget(found, path.join(targetDir, target));
})().catch((error) => {
  console.error(error.message);
  process.exit(1);
});
