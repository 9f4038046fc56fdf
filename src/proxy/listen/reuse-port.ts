/** Where the kernel spreads connections over the sockets of one port; Node refuses `reusePort` everywhere else. */
const PLATFORMS: ReadonlySet<NodeJS.Platform> = new Set(['linux', 'freebsd', 'sunos', 'aix']);

/** Whether several processes may listen on one port. Where they may not, one worker serves everything. */
export function sharesPorts(platform: NodeJS.Platform = process.platform): boolean {
  return PLATFORMS.has(platform);
}
