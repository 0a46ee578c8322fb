import * as v from "valibot";
import { code, fields, number } from "../../base/report/descriptions.ts";

export const limit = fields({
	kind: code(["memory", "processes", "files"]),
	value: number,
	by: v.picklist(["cgroup", "rlimit"]),
});
