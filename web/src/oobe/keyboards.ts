// Keyboard layouts by their identifier (Windows page "Keyboard identifiers and
// input method editors for Windows").
export const keyboards: Record<string, string> = {
  "00000409": "US",
  "00020409": "United States-International",
  "00000809": "United Kingdom",
  "00000407": "German",
  "00000807": "Swiss German",
  "0000040c": "French",
  "0000100c": "Swiss French",
  "00000410": "Italian",
  "0000040a": "Spanish",
  "00000416": "Portuguese (Brazil ABNT)",
  "00000816": "Portuguese",
  "00000406": "Danish",
  "0000041d": "Swedish",
  "00000414": "Norwegian",
  "0000040b": "Finnish",
  "00000415": "Polish (Programmers)",
  "00000405": "Czech",
  "00000411": "Japanese",
  "00000412": "Korean",
  "0000041f": "Turkish Q",
};
