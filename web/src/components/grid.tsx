import { defaultRangeExtractor, useVirtualizer, type Range } from "@tanstack/react-virtual";
import { useCallback, useEffect, useRef, useState, type KeyboardEvent, type ReactNode } from "react";
import { Checkbox } from "./checkbox";
import { Icon } from "./icon";
import styles from "./grid.module.css";

export interface Column<T> {
  id: string;
  label: string;
  width: string; // of CSS grid
  sortable?: boolean;
  cell: (row: T) => ReactNode;
}

export interface Sort {
  by: string;
  descending: boolean;
}

interface Props<T> {
  label: string;
  columns: readonly Column<T>[];
  rows: readonly T[];
  total: number; // of the server; -1 when unknown
  keyOf: (row: T) => string;
  nameOf: (row: T) => string; // for "Select …"
  selected: ReadonlySet<string>;
  onSelect: (keys: Set<string>) => void;
  onOpen: (row: T) => void;
  sort: Sort;
  onSort: (sort: Sort) => void;
  onEnd: () => void; // the last rows come into sight
  onPointed?: (on: boolean) => void; // a mouse is over the rows
  words: { selectAll: string; selectRow: (name: string) => string };
}

const rowHeight = 36;
// However wrong a measured height may be: so many rows are drawn and no more.
const mostDrawn = 200;

/** A table of many rows of which only those in sight are drawn. One row has the
 * focus: arrows, Page, Home and End move it, Space selects, Enter opens. */
export function Grid<T>(p: Props<T>) {
  const scroller = useRef<HTMLDivElement>(null);
  const [active, setActive] = useState(0);
  const [takeFocus, setTakeFocus] = useState(false);
  const at = Math.min(active, p.rows.length - 1);
  // The row with the focus is drawn wherever the list is scrolled to: what is not
  // there can neither take the focus nor keep it.
  const rangeExtractor = useCallback((range: Range) => [...new Set([...defaultRangeExtractor(range), ...(at >= 0 ? [at] : [])])].toSorted((a, b) => a - b), [at]);
  // The virtualizer keeps functions that a compiler must not remember.
  // eslint-disable-next-line react-hooks/incompatible-library
  const virtual = useVirtualizer({ count: p.rows.length, getScrollElement: () => scroller.current, estimateSize: () => rowHeight, overscan: 8, rangeExtractor });
  const drawn = virtual.getVirtualItems().slice(0, mostDrawn);
  const last = Math.max(at, virtual.range?.endIndex ?? 0);
  const { onEnd } = p;
  useEffect(() => {
    if (p.rows.length > 0 && last >= p.rows.length - 20) onEnd();
  }, [last, p.rows.length, onEnd]);
  useEffect(() => {
    if (!takeFocus) return;
    scroller.current?.querySelector<HTMLElement>(`[data-row="${at}"]`)?.focus({ preventScroll: true });
    setTakeFocus(false);
  }, [takeFocus, at]);

  const move = (to: number) => {
    const next = Math.max(0, Math.min(to, p.rows.length - 1));
    setActive(next);
    virtual.scrollToIndex(next);
    setTakeFocus(true);
  };
  const toggle = (row: T) => {
    const keys = new Set(p.selected);
    if (!keys.delete(p.keyOf(row))) keys.add(p.keyOf(row));
    p.onSelect(keys);
  };
  const onKey = (e: KeyboardEvent, row: T) => {
    if (e.target !== e.currentTarget) return;
    const moves: Record<string, number> = { ArrowDown: at + 1, ArrowUp: at - 1, PageDown: at + 10, PageUp: at - 10, Home: 0, End: p.rows.length - 1 };
    const to = moves[e.key];
    if (to !== undefined) move(to);
    else if (e.key === " ") toggle(row);
    else if (e.key === "Enter") p.onOpen(row);
    else return;
    e.preventDefault();
  };

  const template = { gridTemplateColumns: `2.5rem ${p.columns.map((c) => c.width).join(" ")}` };
  const { onPointed } = p;
  useEffect(() => () => onPointed?.(false), [onPointed]); // a pointer does not leave what is gone
  const everything = p.rows.length > 0 && p.rows.every((r) => p.selected.has(p.keyOf(r)));
  return (
    <div ref={scroller} className={styles.scroller}>
      <div role="grid" aria-label={p.label} aria-rowcount={p.total < 0 ? -1 : p.total + 1} aria-colcount={p.columns.length + 1} aria-multiselectable="true" className={styles.grid}>
        <div role="row" aria-rowindex={1} className={`${styles.row} ${styles.head}`} style={template}>
          <div role="columnheader" aria-colindex={1} className={styles.cell}>
            <Checkbox
              label={p.words.selectAll}
              hidden
              checked={everything}
              mixed={!everything && p.selected.size > 0}
              onChange={(on) => p.onSelect(on ? new Set(p.rows.map(p.keyOf)) : new Set())}
            />
          </div>
          {p.columns.map((c, i) => (
            <div
              key={c.id}
              role="columnheader"
              aria-colindex={i + 2}
              aria-sort={!c.sortable ? undefined : p.sort.by !== c.id ? "none" : p.sort.descending ? "descending" : "ascending"}
              className={styles.cell}
            >
              {c.sortable ? (
                <button type="button" className={styles.sort} onClick={() => p.onSort({ by: c.id, descending: p.sort.by === c.id && !p.sort.descending })}>
                  {c.label}
                  {p.sort.by === c.id && <Icon name={p.sort.descending ? "arrow_down" : "arrow_up"} />}
                </button>
              ) : (
                c.label
              )}
            </div>
          ))}
        </div>
        <div
          role="rowgroup"
          className={styles.body}
          style={{ blockSize: virtual.getTotalSize() }}
          onPointerEnter={(e) => e.pointerType === "mouse" && onPointed?.(true)}
          onPointerLeave={() => onPointed?.(false)}
        >
          {drawn.map((v) => {
            const row = p.rows[v.index];
            if (row === undefined) return null;
            const key = p.keyOf(row);
            return (
              <div
                key={key}
                role="row"
                data-row={v.index}
                aria-rowindex={v.index + 2}
                aria-selected={p.selected.has(key)}
                tabIndex={v.index === at ? 0 : -1}
                className={styles.row}
                style={{ ...template, transform: `translateY(${v.start}px)` }}
                onKeyDown={(e) => onKey(e, row)}
                onFocus={() => setActive(v.index)}
              >
                <div role="gridcell" aria-colindex={1} className={styles.cell}>
                  <Checkbox label={p.words.selectRow(p.nameOf(row))} hidden outOfTabOrder checked={p.selected.has(key)} onChange={() => toggle(row)} />
                </div>
                {p.columns.map((c, i) => (
                  <div key={c.id} role="gridcell" aria-colindex={i + 2} className={styles.cell}>
                    {c.cell(row)}
                  </div>
                ))}
              </div>
            );
          })}
        </div>
      </div>
    </div>
  );
}
