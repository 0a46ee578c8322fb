import { stringify } from "yaml";

/** Returns objects as YAML documents, with comments before them. */
export function kubernetesText(objects: readonly object[], comments: readonly string[]): string {
	return [
		...comments.map((comment) => `# ${comment}\n`),
		...objects.map((one) => `---\n${stringify(one, { aliasDuplicateObjects: false })}`),
	].join("");
}
