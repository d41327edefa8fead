import { texts } from "../texts";

export const bulk = texts("bulk", {
  button: "Bulk actions",
  allLoaded: "All {{loaded}} loaded devices are selected.",
  selectMatching: "Select all {{all}} that match",
  allMatching: "All {{all}} devices that match are selected.",
  clear: "Clear the selection",
  collecting: "Collecting…",
  tag: {
    title: "Set group tag",
    run: "Set group tag",
    text_one: "{{count}} device gets this group tag. Leave it empty to remove the tag.",
    text_other: "{{count}} devices get this group tag. Leave it empty to remove the tag.",
  },
  unassign: { title: "Unassign user", run: "Unassign user", text_one: "{{count}} device loses its assigned user.", text_other: "{{count}} devices lose their assigned users." },
  delete: {
    title: "Delete devices",
    run: "Delete",
    text_one: "{{count}} device is deleted. This cannot be undone.",
    text_other: "{{count}} devices are deleted. This cannot be undone.",
    type: "Enter the number of devices to go on",
  },
  progress: "{{done}} of {{all}} done",
  waiting: "The server does not answer for now. It goes on as soon as the server is back.",
  stop: "Stop",
  stopped: "Stopped. {{left}} devices were left alone.",
  done_one: "{{count}} device is done.",
  done_other: "{{count}} devices are done.",
  failed_one: "{{count}} device failed.",
  failed_other: "{{count}} devices failed.",
  retry: "Retry the failed ones",
  more: "and {{n}} more",
});
