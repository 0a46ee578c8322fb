import { outermost, pathToText } from "../../base/path/path.ts";
import { volumeNames } from "./podman.ts";
import { kubernetesName, type Workload } from "./workload.ts";

/** What the Pod Security Standard "restricted" refuses in this workload. */
export type RestrictedBreach = "root" | "capabilities" | "sockets";

export function unrestricted({ binds, capabilities, identity }: Workload): RestrictedBreach[] {
	const others = kept({ capabilities, identity }).filter((name) => name !== "NET_BIND_SERVICE");
	const breaches: readonly (readonly [RestrictedBreach, boolean])[] = [
		["root", identity.uid === 0],
		["capabilities", others.length > 0],
		["sockets", binds.some(({ isSocket }) => isSocket)],
	];
	return breaches.flatMap(([breach, isBreached]) => (isBreached ? [breach] : []));
}

/** The lowest port that an account may bind is a setting of the pod's network, so this capability is not needed there. */
function kept({ capabilities, identity }: Pick<Workload, "capabilities" | "identity">): string[] {
	return capabilities.filter((name) => identity.uid === 0 || name !== "net_bind_service").map((name) => name.toUpperCase());
}

/**
 * Returns the objects for a cluster: claims for the state, a policy for the network, a service, and a deployment, which gets sockets from its
 * node. The image brings its own filter, so the node's default profile suffices. `size`: of each claim.
 */
export function kubernetesObjects(workload: Workload, size = "1Gi"): object[] {
	const ports = workload.ports.map(({ port, protocol: kind }) => {
		return { name: `${kind}-${port}`, port, protocol: kind.toUpperCase() };
	});
	const name = kubernetesName(workload.name);
	const labels = { "app.kubernetes.io/name": name };
	const metadata = { name, labels };
	const volumes = [...volumeNames(workload)].map(([path, volume]) => ({ path, claim: kubernetesName(volume) }));
	const claims = volumes.map(({ claim }) => ({
		apiVersion: "v1",
		kind: "PersistentVolumeClaim",
		metadata: { name: claim, labels },
		spec: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: size } } },
	}));
	const empty = outermost(workload.emptyDirectories).map((path) => ({ path, claim: kubernetesName(`empty${path}`) }));
	const sockets = workload.binds
		.filter(({ isSocket }) => isSocket)
		.map(({ path }) => ({ path, claim: kubernetesName(`socket${path}`) }));
	const policy = {
		apiVersion: "networking.k8s.io/v1",
		kind: "NetworkPolicy",
		metadata,
		spec: {
			podSelector: { matchLabels: labels },
			policyTypes: ["Ingress", ...(workload.network === "none" ? ["Egress"] : [])],
			ingress:
				ports.length && workload.network === "host" ? [{ ports: ports.map(({ port, protocol }) => ({ port, protocol })) }] : [],
		},
	};
	const service = {
		apiVersion: "v1",
		kind: "Service",
		metadata,
		spec: {
			selector: labels,
			ports: ports.map(({ name, port, protocol }) => ({ name, port, targetPort: port, protocol })),
		},
	};
	const deployment = {
		apiVersion: "apps/v1",
		kind: "Deployment",
		metadata,
		spec: {
			replicas: 1,
			// Two pods must not write the same state.
			strategy: volumes.length ? { type: "Recreate" } : { type: "RollingUpdate" },
			selector: { matchLabels: labels },
			template: {
				metadata: { labels },
				spec: {
					automountServiceAccountToken: false,
					enableServiceLinks: false,
					terminationGracePeriodSeconds: 90,
					securityContext: podSecurity(workload),
					containers: [
						{
							name,
							image: workload.image,
							imagePullPolicy: "IfNotPresent",
							...(ports.length
								? { ports: ports.map(({ name, port, protocol }) => ({ name, containerPort: port, protocol })) }
								: {}),
							...readiness(workload),
							...(workload.limits.memory === undefined
								? {}
								: { resources: { limits: { memory: String(workload.limits.memory) } } }),
							securityContext: {
								allowPrivilegeEscalation: false,
								readOnlyRootFilesystem: true,
								capabilities: { drop: ["ALL"], ...(kept(workload).length ? { add: kept(workload) } : {}) },
							},
							volumeMounts: [
								...[...volumes, ...empty].map(({ claim, path }) => ({ name: claim, mountPath: pathToText(path) ?? "" })),
								...sockets.map(({ claim, path }) => ({ name: claim, mountPath: path, readOnly: true })),
							],
						},
					],
					volumes: [
						...volumes.map(({ claim }) => ({ name: claim, persistentVolumeClaim: { claimName: claim } })),
						...empty.map(({ claim }) => ({ name: claim, emptyDir: { medium: "Memory", sizeLimit: "64Mi" } })),
						...sockets.map(({ claim, path }) => ({ name: claim, hostPath: { path, type: "Socket" } })),
					],
				},
			},
		},
	};
	return [...claims, policy, ...(ports.length ? [service] : []), deployment];
}

function podSecurity({ capabilities, identity }: Workload): object {
	const others = identity.groups.filter((gid) => gid !== identity.gid);
	return {
		...(identity.uid === 0 ? {} : { runAsNonRoot: true }),
		runAsUser: identity.uid,
		runAsGroup: identity.gid,
		fsGroup: identity.gid,
		fsGroupChangePolicy: "OnRootMismatch",
		...(others.length ? { supplementalGroups: others } : {}),
		...(identity.uid !== 0 && capabilities.includes("net_bind_service")
			? { sysctls: [{ name: "net.ipv4.ip_unprivileged_port_start", value: "0" }] }
			: {}),
		seccompProfile: { type: "RuntimeDefault" },
	};
}

/** The node asks, so that the image needs no client. A server that is slow is not killed. */
function readiness({ page, ports }: Workload): object {
	const tcp = ports.find(({ protocol }) => protocol === "tcp");
	if (page) return { readinessProbe: { httpGet: page } };
	return tcp ? { readinessProbe: { tcpSocket: { port: tcp.port } } } : {};
}
