namespace Nexus.Claude;

/// <summary>What happens when a hook throws, answers something invalid or takes too long (<c>onFailure</c>).</summary>
public enum HookFailurePolicy
{
    /// <summary>What the hook was asked about goes ahead, as if the hook had said nothing. The failure is logged.</summary>
    Continue,

    /// <summary>What the hook was asked about is refused, with the failure as the reason. The failure is logged as well.</summary>
    Block,
}
