[assembly: Parallelizable(ParallelScope.All)]
[assembly: FixtureLifeCycle(LifeCycle.InstancePerTestCase)]

// Each test runs a process of some 200 MB that is busy while it starts; more at once only makes all of them late.
[assembly: LevelOfParallelism(3)]
