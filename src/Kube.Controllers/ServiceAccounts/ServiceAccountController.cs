using k8s.Models;
using Kube.Machinery.Client;
using Kube.Machinery.Metadata;

namespace Kube.Controllers.ServiceAccounts;

/// <summary>Gives every namespace its service account <c>default</c>.</summary>
internal sealed class ServiceAccountController(ControllerContext context) : Controller(context, workers: 1)
{
    private const string Default = "default";
    private readonly ResourceClient<V1ServiceAccount> _accounts = context.Client.Resource<V1ServiceAccount>();

    protected override IEnumerable<IDisposable> Subscribe()
    {
        yield return Own(Informers.Namespaces);
        yield return Informers.ServiceAccounts.Subscribe(change =>
        {
            if (change.Object.Metadata.Name == Default)
            {
                Queue.Add(new NamespacedName("", change.Object.Metadata.NamespaceProperty));
            }
        });
    }

    protected override async Task<TimeSpan?> ReconcileAsync(NamespacedName key, CancellationToken cancellationToken)
    {
        var ns = Informers.Namespaces.Get("", key.Name);
        if (ns is null || ns.Metadata.DeletionTimestamp is not null || Informers.ServiceAccounts.Get(key.Name, Default) is not null)
        {
            return null;
        }

        try
        {
            await _accounts.CreateAsync(new V1ServiceAccount { Metadata = new V1ObjectMeta { Name = Default, NamespaceProperty = key.Name } }, cancellationToken);
        }
        catch (ApiException e) when (e.IsAlreadyExists || e.IsNotFound || e.Code == System.Net.HttpStatusCode.Forbidden)
        {
            // There already, or the namespace is going.
        }

        return null;
    }
}
