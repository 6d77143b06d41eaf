using BenchmarkDotNet.Running;

// dotnet run -c Release --project benchmarks/Nexus.Claude.Benchmarks -- --filter '*'
BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run(args);
