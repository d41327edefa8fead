export const call = {
  button: "Als Graph-Aufruf kopieren",
  title: "Als Graph-Aufruf kopieren",
  text: "Das sind die Anfragen, die die Seite für Sie senden würde. Mit dem Token einer App, die dieselben Berechtigungen hat, lassen sie sich von überall senden.",
  form: "Form",
  http: "HTTP",
  copy: "Kopieren",
  copyNamed: "{{label}} kopieren",
  copied: "Kopiert.",
  refused: "Der Browser hat das Kopieren nicht erlaubt. Markieren Sie den Text und kopieren Sie ihn.",
};
