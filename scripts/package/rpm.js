import { execFileSync } from "node:child_process";
import { copyFileSync, lstatSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "../project.js";
import { nodeLicence, runtime } from "./node.js";
import { bugTracker, homepage, maintainer, wrapped } from "./release.js";
import { clear, stage } from "./stage.js";

/** Builds an RPM package in `output` and returns its path. */
export function buildRpm({ history, name, output, processor, withNode, work }) {
	const [{ date, version }] = history;
	const tree = join(work, "tree");
	clear(tree);
	const { finish, write } = stage(tree, {
		epoch: date,
		processor,
		version,
		withNode,
		zsh: "/usr/share/zsh/site-functions/_cagewright",
		hooks: {
			"dnf.action": "/etc/dnf/plugins/post-transaction-actions.d/cagewright.action",
			"dnf5.actions": "/etc/dnf/libdnf5-plugins/actions.d/cagewright.actions",
			"rpm/80-cagewright.preset": "/usr/lib/systemd/system-preset/80-cagewright.preset",
		},
	});
	const licences = `/usr/share/licenses/${name}`;
	write(`${licences}/LICENSE`, readFileSync(join(root, "LICENSE")));
	write(`${licences}/libraries.txt`, readFileSync(join(root, "dist/licences.txt")));
	if (withNode) write(`${licences}/node.txt`, nodeLicence(processor));
	write(`/usr/share/doc/${name}/README.md`, readFileSync(join(root, "README.md")));
	finish();

	const arch = { x64: "x86_64", arm64: "aarch64" }[processor];
	const spec = join(work, "cagewright.spec");
	writeFileSync(spec, specification({ history, name, tree, withNode }));
	const settings = {
		_topdir: join(work, "rpmbuild"),
		_rpmdir: work,
		_tmppath: work,
		_build_name_fmt: "built/%{NAME}-%{VERSION}-%{RELEASE}.%{ARCH}.rpm",
		// The same bytes on each machine.
		_buildhost: "localhost",
		use_source_date_epoch_as_buildtime: 1,
		build_mtime_policy: "clamp_to_source_date_epoch",
		_binary_payload: "w3.xzdio",
		// Debian's rpmbuild has no macros for these.
		program: "/usr/lib/cagewright",
		// Our programs and Node.js are stripped.
		debug_package: "%{nil}",
		_build_id_links: "none",
		__os_install_post: "%{nil}",
	};
	const defines = Object.entries(settings).flatMap(([key, value]) => ["--define", `${key} ${value}`]);
	execFileSync("rpmbuild", ["-bb", "--quiet", "--nodeps", `--target=${arch}-linux`, ...defines, spec], {
		env: { ...process.env, SOURCE_DATE_EPOCH: String(date), LC_ALL: "C.UTF-8" },
		stdio: ["ignore", "ignore", "inherit"],
	});
	const [built] = readdirSync(join(work, "built"));
	const file = join(output, built);
	copyFileSync(join(work, "built", built), file);
	return file;
}

function specification({ history, name, tree, withNode }) {
	const [{ version }] = history;
	const headers = [
		`Packager: ${maintainer}`,
		...(homepage ? [`URL: ${homepage}`] : []),
		...(bugTracker ? [`BugURL: ${bugTracker}`] : []),
		// `nodejs` has an epoch in some distributions, so its version does not compare.
		...(withNode ? [`Provides: cagewright = ${version}`, "Conflicts: cagewright"] : ["Requires: nodejs(engine) >= 20.19"]),
		"Requires: util-linux >= 2.37",
		"Requires: strace",
		"Recommends: libcap",
		"Recommends: shadow-utils",
	];
	const note = withNode
		? `\nThis variant contains Node.js ${runtime.version} for systems whose nodejs is older than\n20.19. Only new versions of this package update that copy. Where nodejs is\nrecent, install the package cagewright instead.`
		: "";
	const values = {
		NAME: name,
		VERSION: version,
		LICENSE: "MIT AND Apache-2.0 AND BSD-3-Clause AND ISC",
		HEADERS: headers.join("\n"),
		NOTE: note,
		TREE: tree,
		FILES: fileList(tree).join("\n"),
		CHANGELOG: changelog(history),
	};
	const text = readFileSync(join(root, "packaging/rpm/cagewright.spec"), "utf8");
	return text.replaceAll(/@([A-Z]+)@/g, (word, key) => values[key] ?? word);
}

/** The files, and the folders that only this package has. */
function fileList(tree, folder = "") {
	return readdirSync(tree + folder)
		.sort()
		.flatMap((entry) => {
			const path = `${folder}/${entry}`;
			if (/^\/usr\/(lib|share\/doc|share\/licenses)\/cagewright[^/]*$/.test(path)) return [attribute(path) + path];
			return lstatSync(tree + path).isDirectory() ? fileList(tree, path) : [attribute(path) + path];
		});
}

function attribute(path) {
	if (path.startsWith("/etc/")) return "%config(noreplace) ";
	if (path.startsWith("/usr/share/licenses/")) return "%license ";
	if (path.startsWith("/usr/share/doc/") || path.startsWith("/usr/share/man/")) return "%doc ";
	return "";
}

function changelog(history) {
	return history
		.map(({ changes, date, version }) => {
			const day = new Date(date * 1000).toUTCString().replace(/^(\w+), (\d+) (\w+) (\d+) .*/, "$1 $3 $2 $4");
			return [`* ${day} ${maintainer} - ${version}-1`, ...changes.map((change) => wrapped(change, "- ")), ""].join("\n");
		})
		.join("\n");
}
