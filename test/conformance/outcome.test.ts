import { expect, test } from 'vitest';
import { isLeftOut, outcomesOf } from './outcome.ts';

const LOG = `
    conformance.go:56: Skipping TCPRouteWeightedRouting: suite does not support TCPRoute
    conformance.go:56: Skipping MeshBasic: suite does not support Mesh
    conformance.go:68: Skipping HTTPRouteMatching: test explicitly skipped
--- FAIL: TestConformance (12.30s)
    --- PASS: TestConformance/GatewayClassObservedGenerationBump (0.13s)
    --- FAIL: TestConformance/HTTPRouteWeight (11.02s)
        --- PASS: TestConformance/HTTPRouteWeight/first (1.02s)
        --- FAIL: TestConformance/HTTPRouteWeight/second (10.00s)
    --- SKIP: TestConformance/TCPRouteWeightedRouting (0.00s)
    --- SKIP: TestConformance/MeshBasic (0.00s)
    --- SKIP: TestConformance/HTTPRouteMatching (0.00s)
`;

test('each test of the suite counts once, its parts do not', () => {
  expect(outcomesOf(LOG)).toEqual([
    { test: 'GatewayClassObservedGenerationBump', verdict: 'passed', seconds: 0.13, reason: '' },
    { test: 'HTTPRouteWeight', verdict: 'failed', seconds: 11.02, reason: '' },
    { test: 'TCPRouteWeightedRouting', verdict: 'skipped', seconds: 0, reason: 'suite does not support TCPRoute' },
    { test: 'MeshBasic', verdict: 'skipped', seconds: 0, reason: 'suite does not support Mesh' },
    { test: 'HTTPRouteMatching', verdict: 'skipped', seconds: 0, reason: 'test explicitly skipped' },
  ]);
});

test('a skip is excused by being about meshes and by a flag, by nothing else', () => {
  const leftOut = outcomesOf(LOG).filter(isLeftOut);
  expect(leftOut.map(({ test }) => test)).toEqual(['MeshBasic', 'HTTPRouteMatching']);
  expect(isLeftOut({ test: 'HTTPRouteWeight', verdict: 'skipped', seconds: 0, reason: '' })).toBe(false);
});
