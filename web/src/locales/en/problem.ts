import { texts } from "../texts";

export const problem = texts("problem", {
  title: "This could not be loaded",
  offline: "The server does not answer. Check the connection; what you see may be old.",
  waits: "It can be tried again in {{time}}.",
  throttled: "The server asks to wait {{seconds}} seconds.",
  requestId: "Request id: {{id}}",
  deniedTitle: "You may not see this",
  denied: "Your account lacks what this page needs.",
  deniedRemedy: "Ask an administrator for a role that allows it, or sign in with another account.",
  notFoundTitle: "There is nothing here",
  notFound: "The address leads nowhere, or what it named was deleted.",
  goHome: "Go to Home",
  crashTitle: "This page has a fault",
  crash: "Load it again. If that does not help, tell whoever looks after the server what you did.",
  reload: "Load the page again",
  conflict: "Somebody else changed this in the meantime. Load it again and repeat your change.",
});
