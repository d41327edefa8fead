// What a browser keeps of work that is not done yet, so that it goes on after
// the page was left. It is the person's own: the next one who signs in with this
// browser does not see it.

const name = "taxiway";
const store = "kept";
const longest = 7 * 24 * 3600 * 1000; // then nobody comes back for it

interface Kept {
  at: number;
  owner: string;
  value: unknown;
}

function settle<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error ?? new Error("the browser keeps nothing"));
  });
}

async function open(mode: IDBTransactionMode): Promise<IDBObjectStore> {
  const opening = indexedDB.open(name, 1);
  opening.onupgradeneeded = () => opening.result.createObjectStore(store);
  return (await settle(opening)).transaction(store, mode).objectStore(store);
}

/** Keeps a value for the person; what is too old goes. A browser that keeps
 * nothing, as in private windows, is no error: the work then ends with the page. */
export async function keep(owner: string, key: string, value: unknown): Promise<void> {
  try {
    const s = await open("readwrite");
    await settle(s.put({ at: Date.now(), owner, value } satisfies Kept, key));
    for (const k of await settle(s.getAllKeys())) {
      const old = (await settle(s.get(k))) as Kept;
      if (Date.now() - old.at > longest) s.delete(k);
    }
  } catch {
    // see above
  }
}

/** What was kept, undefined when it was not, or not by this person. */
export async function kept(owner: string, key: string): Promise<unknown> {
  try {
    const found = (await settle((await open("readonly")).get(key))) as Kept | undefined;
    return found?.owner === owner ? found.value : undefined;
  } catch {
    return undefined;
  }
}

export async function drop(key: string): Promise<void> {
  try {
    await settle((await open("readwrite")).delete(key));
  } catch {
    // see above
  }
}
