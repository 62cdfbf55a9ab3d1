// Of Tabler's stylesheet the parts that the pages use: `node assets/tabler.js FROM TO`.
// A class is kept by how its name begins; what the templates name beside these has no style,
// which tests/house/test_styles.py tells.
const { PurgeCSS } = require("purgecss");
const fs = require("node:fs");

const PARTS = ["active", "alert", "badge", "breadcrumb", "btn", "card", "container", "disabled", "form-", "input-", "is-invalid", "show", "sr-only", "table", "text-", "visually-hidden", "w-auto", "flex-nowrap"];
const TAGS = "html body main header nav section form fieldset legend label input textarea select option optgroup button a p h1 h2 h3 h4 ul ol li dl dt dd table caption thead tbody tfoot tr th td pre code kbd samp small strong b em i s u mark sub sup abbr time svg img figure details summary progress hr blockquote noscript output dialog";

const [from, to] = process.argv.slice(2);
new PurgeCSS()
  .purge({
    css: [{ raw: fs.readFileSync(from, "utf8") }],
    content: [{ raw: TAGS, extension: "html" }],
    safelist: { standard: PARTS.map((part) => new RegExp(`^${part}`)) },
    dynamicAttributes: ["data-bs-theme", "type", "disabled", "aria-current", "aria-sort", "hidden", "role", "href", "multiple", "size", "readonly"],
    keyframes: true,
  })
  .then(([{ css }]) => fs.writeFileSync(to, css));
