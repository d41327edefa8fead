import { Link } from "@tanstack/react-router";
import { Button as AriaButton, Cell, Column, DropIndicator, Row, Table, TableBody, TableHeader, useDragAndDrop } from "react-aria-components";
import { useTranslation } from "react-i18next";
import { IconButton } from "../../../components/button";
import { Icon } from "../../../components/icon";
import table from "../../../components/table.module.css";
import { isDefault, type WireEsp } from "../draft";
import styles from "./order.module.css";
import "../../../locales/en/common";
import "../../../locales/en/esp";
import "../../../locales/en/profiles";

interface Props {
  pages: readonly WireEsp[]; // as they are tried
  mayMove: boolean;
  onMove: (page: WireEsp, to: number) => void; // to a priority from 1
  onDelete: (page: WireEsp) => void;
}

const address = "/devices/windows/enrollment/esp/$id";

/** The status pages in the order in which they are tried. Rows are dragged by
 * their handle, with a pointer or with keys, or moved with buttons. */
export function Order({ pages, mayMove, onMove, onDelete }: Props) {
  const { t } = useTranslation();
  const own = pages.filter((p) => !isDefault(p));
  const place = (id: string) => own.findIndex((p) => p.id === id);
  const { dragAndDropHooks } = useDragAndDrop({
    isDisabled: !mayMove || own.length < 2,
    getItems: (keys) => [...keys].map((id) => ({ "text/plain": own[place(String(id))]?.displayName ?? "" })),
    renderDropIndicator: (target) => <DropIndicator target={target} className={styles.indicator ?? ""} />,
    onReorder: ({ keys, target }) => {
      const from = place(String([...keys][0]));
      const page = own[from];
      const over = place(String(target.key));
      if (!page) return;
      // Nothing comes behind the default one.
      const behind = over < 0 ? own.length : over + (target.dropPosition === "after" ? 1 : 0);
      const to = behind > from ? behind : behind + 1;
      if (to !== from + 1) onMove(page, to);
    },
  });
  return (
    <div className={table.scroll}>
      <Table aria-label={t("esp.title")} className={`${table.table} ${styles.table}`} dragAndDropHooks={dragAndDropHooks}>
        <TableHeader>
          <Column>
            <span className="visually-hidden">{t("esp.drag")}</span>
          </Column>
          <Column>{t("esp.order")}</Column>
          <Column>{t("esp.priority")}</Column>
          <Column isRowHeader>{t("common.name")}</Column>
          <Column>{t("common.description")}</Column>
          <Column>{t("esp.assigned")}</Column>
          <Column>{t("common.delete")}</Column>
        </TableHeader>
        <TableBody items={pages} dependencies={[mayMove, pages]}>
          {(p) => {
            const name = p.displayName ?? "";
            const at = place(p.id);
            const movable = mayMove && at >= 0;
            return (
              <Row id={p.id} textValue={name} className={styles.row ?? ""}>
                <Cell>
                  {movable && (
                    // It takes the focus itself: a browser does not start to drag where the
                    // table would move the focus on to the button.
                    <div className={styles.grip} tabIndex={-1}>
                      <Icon name="re_order_dots_vertical" />
                      <AriaButton slot="drag" className={styles.handle ?? ""} aria-label={t("esp.move", { name })}>
                        <Icon name="re_order_dots_vertical" />
                      </AriaButton>
                    </div>
                  )}
                </Cell>
                <Cell>
                  {movable && (
                    <div className={styles.moves}>
                      <IconButton icon="arrow_up" label={t("esp.moveUp", { name })} isDisabled={at === 0} onPress={() => onMove(p, at)} />
                      <IconButton icon="arrow_down" label={t("esp.moveDown", { name })} isDisabled={at === own.length - 1} onPress={() => onMove(p, at + 2)} />
                    </div>
                  )}
                </Cell>
                <Cell>{at < 0 ? t("esp.isDefault") : at + 1}</Cell>
                <Cell>
                  <Link to={address} params={{ id: p.id }}>
                    {name}
                  </Link>
                </Cell>
                <Cell>{p.description || t("profiles.noDescription")}</Cell>
                <Cell>{(p.assignments?.length ?? 0) > 0 ? t("common.yes") : t("common.no")}</Cell>
                <Cell>{movable && <IconButton icon="delete" label={t("profiles.deleteNamed", { name })} onPress={() => onDelete(p)} />}</Cell>
              </Row>
            );
          }}
        </TableBody>
      </Table>
    </div>
  );
}
