using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Portal.Core.Apps;
using Portal.Identity;

namespace Portal.Web.Endpoints;

/// <summary>Adds and maps REST, webhooks and the declaration's schema.</summary>
public static class PortalApiExtensions
{
    /// <summary>Adds what the API needs beside Portal.Core and Portal.Identity. Called by <c>AddPortalWeb</c>.</summary>
    public static IServiceCollection AddPortalApi(this IServiceCollection services)
    {
        ArgumentNullException.ThrowIfNull(services);
        services.AddSingleton<ApiMarker>();
        services.ConfigureHttpJsonOptions(json =>
        {
            json.SerializerOptions.Converters.Add(new JsonStringEnumConverter(namingPolicy: null, allowIntegerValues: false));
            json.SerializerOptions.DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull;
        });
        services.AddOpenApi("v1", openApi => openApi.ShouldInclude = description => description.RelativePath?.StartsWith("api/v1/", StringComparison.Ordinal) == true);
        return services;
    }

    /// <summary>
    /// Maps <c>/api/v1</c>, <c>/hooks</c>, <c>/schemas</c> and <c>/openapi/v1.json</c>. Throws when an endpoint of the API carries no
    /// <see cref="RightRequirement"/> or its route lacks a name that the requirement needs.
    /// </summary>
    public static IEndpointRouteBuilder MapPortalApi(this IEndpointRouteBuilder endpoints)
    {
        ArgumentNullException.ThrowIfNull(endpoints);
        if (endpoints.ServiceProvider.GetService<ApiMarker>() is null) throw new InvalidOperationException("Call AddPortalApi (or AddPortalWeb) before MapPortalApi.");
        var former = endpoints.DataSources.ToHashSet();
        var api = endpoints.MapGroup("/api/v1").RequireAuthorization(PortalAuthentication.RestPolicy).DisableAntiforgery();
        AccountEndpoints.Map(api);
        TeamEndpoints.Map(api);
        ProjectEndpoints.Map(api);
        AppEndpoints.Map(api);
        ReleaseEndpoints.Map(api);
        LiveEndpoints.Map(api);
        PlacementEndpoints.Map(api);
        LogEndpoints.Map(api);
        MetricsEndpoints.Map(api);
        TerminalEndpoints.Map(api);
        NotificationEndpoints.Map(api);
        TokenEndpoints.Map(api);
        ActivityEndpoints.Map(api);
        WebhookEndpoints.Map(api);
        AuditEndpoints.Map(api);
        VolumeEndpoints.Map(api);
        TaskEndpoints.Map(api);
        EnvironmentEndpoints.Map(api);
        QuotaEndpoints.Map(api);
        TransferEndpoints.Map(api);
        NodeEndpoints.Map(api);
        ClusterEndpoints.Map(api);
        foreach (var endpoint in endpoints.DataSources.Where(source => !former.Contains(source)).SelectMany(source => source.Endpoints))
        {
            if (endpoint.Metadata.GetMetadata<RightRequirement>() is null) throw new InvalidOperationException($"The endpoint {endpoint.DisplayName} says nothing about rights.");
        }

        HookEndpoint.Map(endpoints);
        endpoints.MapGet("/schemas/app-v1.json", (IDeclarations declarations) => Results.Text(declarations.JsonSchema, "application/schema+json")).AllowAnonymous();
        endpoints.MapOpenApi("/openapi/{documentName}.json").AllowAnonymous();
        return endpoints;
    }

    private sealed class ApiMarker;
}
