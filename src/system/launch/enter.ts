import { intoNetwork, isRootless, sharesNetwork } from "./rootless.ts";
import { requireTool } from "./tools.ts";

/** Words that lead a probe to the application, or where nobody is. */
export function enter(network: number | undefined, onHost: boolean): string[] {
	if (network === undefined && onHost) return [];
	if (isRootless()) return network !== undefined && sharesNetwork(network) ? [] : intoNetwork(network);
	return network === undefined
		? [requireTool("unshare"), "--net", "--"]
		: [requireTool("nsenter"), `--net=/proc/${network}/ns/net`, "--"];
}
