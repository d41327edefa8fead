import type { ReactNode } from "react";
import { Dialog as AriaDialog, Heading, Modal, ModalOverlay } from "react-aria-components";
import { useTranslation } from "react-i18next";
import { IconButton } from "./button";
import styles from "./overlay.module.css";
import "../locales/en/common";

interface Panel {
  title: string;
  subtitle?: string | undefined;
  onClose: () => void;
  children: ReactNode;
  footer?: ReactNode;
}

/** A pane at the side of the window, over the page. Mount it while it is open. */
export function Drawer({ title, subtitle, onClose, children, footer }: Panel) {
  return (
    <ModalOverlay isOpen isDismissable onOpenChange={(open) => !open && onClose()} className={styles.shade ?? ""}>
      <Modal className={styles.drawer ?? ""}>
        <Inside title={title} subtitle={subtitle} onClose={onClose} footer={footer}>
          {children}
        </Inside>
      </Modal>
    </ModalOverlay>
  );
}

/** A question in the middle of the window. Mount it while it is open. */
export function Question({ title, onClose, children, footer }: Panel) {
  return (
    <ModalOverlay isOpen isDismissable onOpenChange={(open) => !open && onClose()} className={styles.shade ?? ""}>
      <Modal className={styles.question ?? ""}>
        <Inside title={title} onClose={onClose} footer={footer} alert>
          {children}
        </Inside>
      </Modal>
    </ModalOverlay>
  );
}

function Inside({ title, subtitle, onClose, children, footer, alert = false }: Panel & { alert?: boolean }) {
  const { t } = useTranslation();
  return (
    <AriaDialog role={alert ? "alertdialog" : "dialog"} className={styles.inside ?? ""}>
      <div className={styles.head}>
        <div>
          <Heading slot="title" level={2} className={styles.title ?? ""}>
            {title}
          </Heading>
          {subtitle && <p className={styles.subtitle}>{subtitle}</p>}
        </div>
        <IconButton icon="dismiss" label={t("common.close")} onPress={onClose} />
      </div>
      <div className={styles.body}>{children}</div>
      {footer && <div className={styles.foot}>{footer}</div>}
    </AriaDialog>
  );
}
