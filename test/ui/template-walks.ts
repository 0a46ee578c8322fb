import type { Choice } from "../../src/wizard/choice.ts";
import type { Walk } from "./walk.ts";

const commands = Array.from(
	{ length: 30 },
	(_, line) => `Probe ${line}    curl -fsS --noproxy '*' http://127.0.0.1:8080/page-${line} | grep -q ok`,
);

const shop: Choice = {
	id: "template:shop",
	kind: "template",
	name: "shop",
	description: "The shop: pages and a till.",
	command: ["/usr/bin/shop", `\${folder}`],
	parameters: [
		{ name: "folder", kind: "path", title: "Directory of the pages, with an index.html" },
		{ name: "port", kind: "port", title: "Port to listen on", default: "8080" },
	],
	consent: { text: ["Command    /usr/bin/shop --serve", ...commands].join("\n"), hash: "5b1e" },
};

/** An imported template: its commands and parameters. */
export const templateWalks: readonly Walk[] = [
	{
		name: "an imported template",
		script: { sessions: [shop] },
		async go(screen, seen) {
			await screen.sees("❯ shop");
			await seen("template-consent", "\r", "/usr/bin/shop");
			await seen("template-consent-end", "G");
			screen.type("y");
			await screen.when((state) => state.prompt?.kind === "parameter");
			await seen("template-parameter");
			screen.type("srv\r");
			await screen.when((state) => state.notice !== undefined);
			await seen("template-parameter-refused");
			screen.type("\x15/srv/pages\r");
			await screen.when((state) => state.prompt?.line.text === "8080");
			await seen("template-parameter-usual");
			await screen.typeUntil("\r", screen.words.form.button);
		},
	},
];
