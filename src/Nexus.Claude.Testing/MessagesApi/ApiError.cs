namespace Nexus.Claude.Testing;

/// <summary>The Messages API's error types by HTTP status.</summary>
internal static class ApiError
{
    public static string TypeOf(int status) => status switch
    {
        400 => "invalid_request_error",
        401 => "authentication_error",
        402 => "billing_error",
        403 => "permission_error",
        404 => "not_found_error",
        413 => "request_too_large",
        429 => "rate_limit_error",
        504 => "timeout_error",
        529 => "overloaded_error",
        < 500 => "invalid_request_error",
        _ => "api_error",
    };

    public static string MessageOf(int status) => status switch
    {
        401 => "invalid x-api-key",
        403 => "Your API key does not have permission to use the specified resource.",
        404 => "Not found.",
        413 => "Request exceeds the maximum size.",
        429 => "This request would exceed your rate limit.",
        500 => "Internal server error",
        529 => "Overloaded",
        _ => "The scripted Messages API was told to fail.",
    };

    /// <summary>The status a failure has when it comes before the stream began.</summary>
    public static int StatusOf(string type) => type switch
    {
        "invalid_request_error" => 400,
        "authentication_error" => 401,
        "billing_error" => 402,
        "permission_error" => 403,
        "not_found_error" => 404,
        "request_too_large" => 413,
        "rate_limit_error" => 429,
        "timeout_error" => 504,
        "overloaded_error" => 529,
        _ => 500,
    };
}
