// Two ways to use a page: with a pointer, and with keys alone.
import assert from "node:assert/strict";

// Both can: press a button or a link, write into a field, pick one of a row of
// choices, tick, choose from a list or a menu that opens, and open or mark a row.
export const mouse = (page) => ({
  page,
  press: (target) => target.click(),
  write: (target, text) => target.fill(text),
  pick: (group, name) => group.getByText(name, { exact: true }).click(),
  tick: (box) => box.click({ force: true }), // its picture lies above it
  async choose(target, name) {
    await target.click();
    await page.getByRole("option", { name, exact: true }).click();
  },
  async menu(target, name) {
    await target.click();
    await page.getByRole("menuitem", { name, exact: true }).click();
  },
  row: (row) => row.locator("[role=gridcell] button").first().click(),
  option: (option) => option.click(),
  mark: (row) => row.getByRole("checkbox").click({ force: true }),
});

export function keys(page) {
  const key = (name) => page.keyboard.press(name);
  // reach tabs on until the target, or something in it, has the focus.
  async function reach(target) {
    await target.waitFor({ state: "attached" });
    const there = () => target.evaluate((e) => e === document.activeElement || e.contains(document.activeElement));
    for (let n = 0; n < 160; n++) {
      if (await there()) return;
      await key("Tab");
    }
    assert.fail(`the keyboard does not reach ${target}`);
  }
  return {
    page,
    async press(target) {
      await target.and(page.locator(":not([disabled])")).waitFor();
      await reach(target);
      await key("Enter");
    },
    async write(target, text) {
      await reach(target);
      await key("Control+a");
      await key("Delete");
      await page.keyboard.insertText(text);
    },
    async pick(group, name) {
      await reach(group);
      for (let n = 0; n < 5; n++) {
        if (await group.getByRole("radio", { name, exact: true }).isChecked()) return;
        await key("ArrowRight");
      }
      assert.fail(`${name} cannot be chosen with arrows`);
    },
    async tick(box) {
      await reach(box);
      await key("Space");
      assert.ok(await box.isChecked());
    },
    async choose(target, name) {
      await reach(target);
      await key("Enter");
      await page.getByRole("option").first().waitFor();
      await page.keyboard.type(name);
      await key("Enter");
    },
    async menu(target, name) {
      await reach(target);
      await key("Enter");
      const item = page.getByRole("menuitem", { name, exact: true });
      await item.waitFor();
      for (let n = 0; n < 12 && !(await item.evaluate((e) => e === document.activeElement)); n++) await key("ArrowDown");
      await key("Enter");
    },
    async row(row) {
      await reach(row);
      await key("Enter");
    },
    // option is one of a list that stands on the page.
    async option(option) {
      await reach(option.locator("xpath=ancestor::*[@role='listbox']"));
      for (let n = 0; n < 20 && !(await option.evaluate((e) => e === document.activeElement)); n++) await key("ArrowDown");
      await key("Enter");
    },
    async mark(row) {
      await reach(row);
      await key("Space");
    },
  };
}
