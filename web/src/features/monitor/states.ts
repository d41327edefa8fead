/** How a deployment may stand: Graph's windowsAutopilotDeploymentState. */
export const deploymentStates = ["inProgress", "success", "successWithTimeout", "successOnRetry", "failure", "notAttempted", "disabled", "unknown"] as const;
export type DeploymentState = (typeof deploymentStates)[number];
