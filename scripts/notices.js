import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "./set-up.js";

/** Returns the copyright notices and licences of all libraries in a bundle, which must accompany it. `metafile` is esbuild's. */
export function notices(metafile) {
	const used = Object.values(metafile.outputs).flatMap(({ inputs }) => Object.keys(inputs));
	const folders = new Set(used.flatMap((path) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path)?.[0] ?? []));
	const libraries = [...folders].map(noticeOf);
	// One library may be there in several places.
	return [...new Set(libraries)].sort().join("\n");
}

function noticeOf(folder) {
	const { author, license, name, version } = JSON.parse(readFileSync(join(root, folder, "package.json"), "utf8"));
	const files = readdirSync(join(root, folder)).filter((file) => /^(licen[cs]e|notice|copying)/i.test(file));
	const texts = files.sort().map((file) =>
		readFileSync(join(root, folder, file), "utf8")
			.replaceAll("\r\n", "\n")
			.trim(),
	);
	// A package without a file for it.
	const holder = typeof author === "string" ? author : (author?.name ?? name);
	return `${name} ${version} (${license})\n\n${texts.length ? texts.join("\n\n") : `Copyright (c) ${holder}\nLicence: ${license}`}\n`;
}
