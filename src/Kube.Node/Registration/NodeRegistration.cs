using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using k8s;
using k8s.Models;
using Kube.Machinery.Client;
using Microsoft.Extensions.Logging;

namespace Kube.Node.Registration;

/// <summary>Makes the node a member of the cluster: pins the authority, exchanges the one-time token for a client certificate, and renews in time.</summary>
internal sealed class NodeRegistration(NodeOptions options, NodePaths paths, CredentialStore credentials, TimeProvider time, ILogger logger)
{
    private const string ClientSigner = "kubernetes.io/kube-apiserver-client-kubelet";
    private const string ServingSigner = "kubernetes.io/kubelet-serving";
    private static readonly TimeSpan SignTimeout = TimeSpan.FromSeconds(30);

    private string User => "system:node:" + options.NodeName;

    /// <summary>Has the client credentials ready, joining when there are none.</summary>
    /// <exception cref="InvalidOperationException">There are no credentials and no way to get them; says what to do.</exception>
    public async Task EnsureJoinedAsync(CancellationToken ct)
    {
        if (credentials.HasAuthority && credentials.HasClient)
        {
            using var client = credentials.Client;
            if (client.NotAfter > time.GetUtcNow().LocalDateTime)
            {
                credentials.SaveKubeconfig();
                return;
            }
        }

        if (options.JoinToken is null || !JoinString.TryParse(options.JoinToken, out var join))
            throw new InvalidOperationException($"JoinToken: node {options.NodeName} has no valid credentials in {paths.Pki}; make a join string with 'portal node token'");
        var authority = await AuthorityDiscovery.FindAsync(options.Servers, join.CaHash, ct).ConfigureAwait(false);
        credentials.SaveAuthority(authority);
        using var bootstrap = KubeClients.FromConfiguration(new KubernetesClientConfiguration { AccessToken = join.Token, SslCaCerts = [X509Certificate2.CreateFromPem(authority)] }, options.Servers);
        var (certificate, key) = await RequestAsync(bootstrap, ClientSigner, ["digital signature", "client auth"], ct).ConfigureAwait(false);
        credentials.SaveClient(certificate, key);
        Log.Joined(logger, User);
    }

    /// <summary>Has a serving certificate for the node's present address.</summary>
    public async Task EnsureServingAsync(IKubernetes client, CancellationToken ct)
    {
        if (credentials.HasServing && !IsDue(credentials.Serving) && credentials.Serving.MatchesHostname(options.InternalIP))
            return;
        var (certificate, key) = await RequestAsync(client, ServingSigner, ["digital signature", "server auth"], ct).ConfigureAwait(false);
        credentials.SaveServing(certificate, key);
    }

    /// <summary>Waits until the certificates are due and renews them; returns when the client certificate is a new one.</summary>
    public async Task RenewAsync(IKubernetes client, CancellationToken ct)
    {
        while (true)
        {
            await Task.Delay(TimeSpan.FromHours(1), time, ct).ConfigureAwait(false);
            try
            {
                await EnsureServingAsync(client, ct).ConfigureAwait(false);
                using var current = credentials.Client;
                if (!IsDue(current))
                    continue;
                var (certificate, key) = await RequestAsync(client, ClientSigner, ["digital signature", "client auth"], ct).ConfigureAwait(false);
                credentials.SaveClient(certificate, key);
                using var renewed = credentials.Client;
                Log.Renewed(logger, renewed.NotAfter);
                return;
            }
            catch (Exception e) when (Status.StatusPublisher.IsTransient(e, ct) || e is InvalidOperationException)
            {
                Log.WillRetry(logger, "renewing certificates", e.Message);
            }
        }
    }

    // A fifth of the lifetime is left to succeed in.
    private bool IsDue(X509Certificate2 certificate)
    {
        var life = certificate.NotAfter - certificate.NotBefore;
        return time.GetUtcNow().LocalDateTime > certificate.NotAfter - life / 5;
    }

    private async Task<(string Certificate, string Key)> RequestAsync(IKubernetes client, string signer, IList<string> usages, CancellationToken ct)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var subject = new X500DistinguishedNameBuilder();
        subject.AddOrganizationName("system:nodes");
        subject.AddCommonName(User);
        var request = new CertificateRequest(subject.Build(), key, HashAlgorithmName.SHA256);
        if (signer == ServingSigner)
        {
            var names = new SubjectAlternativeNameBuilder();
            names.AddDnsName(options.NodeName);
            names.AddIpAddress(IPAddress.Parse(options.InternalIP));
            request.CertificateExtensions.Add(names.Build());
        }

        var name = $"node-{options.NodeName}-{Guid.NewGuid():n}"[..Math.Min(253, options.NodeName.Length + 17)];
        using var timeout = new CancellationTokenSource(SignTimeout, time);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(ct, timeout.Token);
        try
        {
            // Signing spends the bootstrap token, so the answer is read from a watch that was let in before.
            using var answer = await CertificateAnswer.OpenAsync(client, name, linked.Token).ConfigureAwait(false);
            await client.Resource<V1CertificateSigningRequest>().CreateAsync(
                new V1CertificateSigningRequest
                {
                    Metadata = new V1ObjectMeta { Name = name },
                    Spec = new V1CertificateSigningRequestSpec { SignerName = signer, Usages = usages, Request = Encoding.ASCII.GetBytes(request.CreateSigningRequestPem()) },
                },
                linked.Token).ConfigureAwait(false);
            return (await answer.ReadAsync(linked.Token).ConfigureAwait(false), key.ExportPkcs8PrivateKeyPem());
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            throw new InvalidOperationException($"the server did not sign certificate request {name} within {SignTimeout.TotalSeconds:0} s");
        }
    }
}
