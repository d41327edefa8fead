// Reads a list of devices beside the page, which stays usable meanwhile.
import { decode, readList, type ReadOptions } from "./csv";

addEventListener("message", (e: MessageEvent<{ file: Blob; options: ReadOptions }>) => {
  void e.data.file.arrayBuffer().then((bytes) => {
    const { text, utf16 } = decode(new Uint8Array(bytes));
    postMessage(utf16 ? { rows: [], total: 0, faults: [{ line: 0, key: "encoding" }] } : readList(text, e.data.options));
  });
});
