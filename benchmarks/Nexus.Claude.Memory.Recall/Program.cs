using Nexus.Claude.Memory.Benchmarks;

return args switch
{
    ["scale", ..] => await ScaleBench.RunAsync(args),
    [.., FirstCall.Name] => await FirstCall.RunAsync(),
    ["sets"] => await SmallSets.RunAsync(),
    _ => await RecallBench.RunAsync(args),
};
