namespace Nexus.Claude;

/// <content>Budget, retries and structured output.</content>
internal sealed partial class ClaudeOptionsValidator
{
    private void CheckUsage()
    {
        Positive("MaxStructuredOutputRetries", _options.MaxStructuredOutputRetries);
        if (_options.Budget is { } budget)
        {
            if (budget is { MaxUsd: null, MaxTokens: null })
                Add("Budget has neither MaxUsd nor MaxTokens; set one of them or leave Budget out.");
            if (budget.MaxUsd <= 0)
                Add("Budget.MaxUsd is not greater than zero; give an amount in US dollars.");
            if (budget.MaxTokens <= 0)
                Add("Budget.MaxTokens is not greater than zero; give a number of tokens.");
            for (int index = 0; index < budget.Thresholds.Count; index++)
            {
                if (!(budget.Thresholds[index] > (index == 0 ? 0 : budget.Thresholds[index - 1])))
                    Add($"Budget.Thresholds[{index}] is {budget.Thresholds[index]}; thresholds are greater than zero and ascend.");
            }
        }

        if (_options.Retry is { } retry)
        {
            if (retry.MaxAttempts < 1)
                Add($"Retry.MaxAttempts is {retry.MaxAttempts}; the first attempt counts, so it is at least 1.");
            if (retry.BaseDelay < TimeSpan.Zero || retry.MaxDelay < TimeSpan.Zero || retry.MaxElapsed < TimeSpan.Zero)
                Add("Retry has a negative time; BaseDelay, MaxDelay and MaxElapsed are at least zero.");
        }
    }
}
