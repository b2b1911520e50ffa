// Files out of what is dropped on the page; folders are searched.

const MOST_FILES = 500;

/**
 * Takes what is dropped on an element, which shows that something is held over it.
 *
 * @param {HTMLElement} zone
 * @param {(files: File[]) => void} take
 */
export function onDrop(zone, take) {
  for (const kind of ["dragenter", "dragover", "dragleave", "drop"])
    zone.addEventListener(kind, (event) => {
      event.preventDefault();
      zone.classList.toggle("is-over", kind === "dragenter" || kind === "dragover");
    });
  zone.addEventListener("drop", async (event) => take(await droppedFiles(event.dataTransfer)));
}

/**
 * @param {DataTransfer | null} transfer
 * @returns {Promise<File[]>}
 */
async function droppedFiles(transfer) {
  if (!transfer) return [];
  const entries = [...transfer.items].map((item) => item.webkitGetAsEntry());
  const known = entries.filter((entry) => entry !== null);
  if (!known.length) return [...transfer.files];
  /** @type {File[]} */
  const files = [];
  for (const entry of known) await search(entry, files);
  return files;
}

/**
 * @param {FileSystemEntry} entry
 * @param {File[]} files Files found so far; those of the entry are added.
 */
async function search(entry, files) {
  if (files.length >= MOST_FILES) return;
  if (entry.isFile) {
    const { file } = /** @type {FileSystemFileEntry} */ (entry);
    files.push(await new Promise((resolve, reject) => file.call(entry, resolve, reject)));
    return;
  }
  const reader = /** @type {FileSystemDirectoryEntry} */ (entry).createReader();
  /** @returns {Promise<FileSystemEntry[]>} */
  const read = () => new Promise((resolve, reject) => reader.readEntries(resolve, reject));
  for (let some = await read(); some.length; some = await read()) {
    for (const each of some) await search(each, files);
  }
}
