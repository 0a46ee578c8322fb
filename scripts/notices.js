import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "./set-up.js";

/** The folders of all libraries in a bundle. `metafile` is esbuild's. */
export function libraryFolders(metafile) {
	const used = Object.values(metafile.outputs).flatMap(({ inputs }) => Object.keys(inputs));
	return [...new Set(used.flatMap((path) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path)?.[0] ?? []))].sort();
}

/** Returns the copyright notices and licences of all libraries in a bundle, which must accompany it. */
export function notices(folders) {
	// One library may be there in several places.
	return [...new Set(folders.map(noticeOf))].sort().join("\n");
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
