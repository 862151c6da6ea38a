// Makes wwwroot/lib out of the restored packages: one style sheet with the PatternFly parts the console uses, and its fonts.
// The full sheet is 1.8 MB; a part is listed here when a component under Ui/ or Layout/ uses it.
import { copyFile, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const project = dirname(dirname(fileURLToPath(import.meta.url)));
const patternfly = join(project, "node_modules/@patternfly/patternfly");
const lib = join(project, "wwwroot/lib/patternfly");

const components = [
  "ActionList/action-list", "Alert/alert", "Alert/alert-group", "Badge/badge", "Brand/brand", "Breadcrumb/breadcrumb", "Button/button", "Card/card", "Check/check",
  "CodeBlock/code-block", "DescriptionList/description-list", "Divider/divider", "EmptyState/empty-state", "Form/form", "FormControl/form-control",
  "HelperText/helper-text", "InputGroup/input-group", "Label/label", "Label/label-group", "List/list", "Login/login", "Masthead/masthead", "Menu/menu", "MenuToggle/menu-toggle",
  "ModalBox/modal-box", "Nav/nav", "Page/page", "Progress/progress", "ProgressStepper/progress-stepper", "Skeleton/skeleton",
  "Spinner/spinner", "Switch/switch", "Table/table", "Tabs/tabs", "Title/title", "Content/content", "Toolbar/toolbar",
];
const layouts = ["Bullseye/bullseye", "Gallery/gallery", "Grid/grid"];
const fonts = ["RedHatText/RedHatTextVF.woff2", "RedHatDisplay/RedHatDisplayVF.woff2", "RedHatMono/RedHatMonoVF.woff2"];

const read = (path) => readFile(join(patternfly, path), "utf8");

/** Drops the two icon fonts (the console draws its icons as SVG), italics and background pictures: what a rule no longer names is not downloaded. */
function withoutUnusedAssets(css) {
  return css
    .replace(/@font-face\s*{[^}]*}/g, (face) => (fonts.some((font) => face.includes(font)) ? face : ""))
    .replace(/(^|})\s*\.(?:fa|fas|far|fab|pf-v6-pficon)[\w-]*[^{}]*{[^{}]*}/g, "$1")
    .replace(/(^|})\s*\.(?:fa|fas|far|fab|pf-v6-pficon)[\w-]*[^{}]*{[^{}]*}/g, "$1")
    .replace(/url\("\.\/assets\/images\/[^"]*"\)/g, "none")
    .replaceAll("./assets/fonts/", "./fonts/");
}

/** Takes comments and white space out; values are untouched, so the sheet stays comparable with its source. */
function compact(css) {
  return css.replace(/\/\*[\s\S]*?\*\//g, "").replace(/\s*\n\s*/g, "\n").replace(/\n}/g, "}").replace(/{\n/g, "{");
}

// Charts and terminals are modules of their own, loaded by the pages that show them.
for (const [from, to] of [
  ["uplot/dist/uPlot.esm.js", "uplot/uPlot.esm.js"], ["uplot/dist/uPlot.min.css", "uplot/uPlot.css"],
  ["@xterm/xterm/lib/xterm.mjs", "xterm/xterm.js"], ["@xterm/xterm/css/xterm.css", "xterm/xterm.css"], ["@xterm/addon-fit/lib/addon-fit.mjs", "xterm/addon-fit.js"],
]) {
  const target = join(project, "wwwroot/lib", to);
  await mkdir(dirname(target), { recursive: true });
  // The maps they name are not shipped.
  await writeFile(target, (await readFile(join(project, "node_modules", from), "utf8")).replace(/\n\/\/# sourceMappingURL=.*\s*$/, "\n"));
}

await rm(lib, { recursive: true, force: true });
await mkdir(join(lib, "fonts"), { recursive: true });
const sheets = [
  withoutUnusedAssets(await read("patternfly-base.css")),
  ...(await Promise.all([...components.map((name) => read(`components/${name}.css`)), ...layouts.map((name) => read(`layouts/${name}.css`))])),
];
await writeFile(join(lib, "patternfly.css"), compact(sheets.join("\n")));
for (const font of fonts) {
  await mkdir(join(lib, "fonts", dirname(font)), { recursive: true });
  await copyFile(join(patternfly, "assets/fonts", font), join(lib, "fonts", font));
}
