[assembly: Parallelizable(ParallelScope.All)]
[assembly: FixtureLifeCycle(LifeCycle.InstancePerTestCase)]

// Each test of the real CLI runs processes of some 200 MB that are busy while they start; more at once only makes all of them late.
[assembly: LevelOfParallelism(3)]
