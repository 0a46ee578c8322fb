import { cache } from "./cache.ts";
import { chat } from "./chat.ts";
import { directory } from "./directory.ts";
import { files } from "./files.ts";
import { git } from "./git.ts";
import { mail } from "./mail.ts";
import { monitoring } from "./monitoring.ts";
import { names } from "./names.ts";
import { print } from "./print.ts";
import { queue } from "./queue.ts";
import { sessions } from "./sessions.ts";
import type { Stack } from "./stack.ts";
import { tools } from "./tools.ts";

export const stacks: readonly Stack[] = [
	cache,
	names,
	directory,
	git,
	monitoring,
	mail,
	chat,
	files,
	queue,
	sessions,
	print,
	tools,
];
