import { intoNetwork, isRootless, sharesNetwork } from "./rootless.ts";
import { requireTool } from "./tools.ts";

/** Words with which a person would run a probe: in the application's network, or in an empty one. */
export function enter(network: number | undefined, onHost: boolean): string[] {
	if (network === undefined && onHost) return [];
	if (isRootless()) return network !== undefined && sharesNetwork(network) ? [] : intoNetwork(network);
	return network === undefined
		? [requireTool("unshare"), "--net", "--"]
		: [requireTool("nsenter"), `--net=/proc/${network}/ns/net`, "--"];
}
